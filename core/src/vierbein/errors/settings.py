"""What goes wrong between what a user writes and a composed configuration."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vierbein.errors.base import VierbeinError, did_you_mean


def _listed(words: Iterable[Any]) -> str:
    return ", ".join(str(word) for word in words) or "none"


class SettingError(VierbeinError):
    """One setting cannot be used.

    Parameters
    ----------
    path
        Where it stands in the configuration.
    words
        What is wrong.
    """

    def __init__(self, path: str, words: str) -> None:
        super().__init__(words)
        self.path = path


class UnknownSettingError(SettingError):
    """A setting is given that nothing reads.

    Parameters
    ----------
    path
        Where it stands.
    owner
        Who has no such setting; empty for the root of a configuration.
    known
        What the owner has.
    """

    def __init__(self, path: str, owner: str, known: Iterable[str]) -> None:
        names = sorted(known)
        super().__init__(
            path,
            f"There is no setting {path!r}.{did_you_mean(path.rpartition('.')[2], names)}\n"
            f"  {owner or 'A configuration'} has: {_listed(names)}\n"
            "  Correct the name, or leave it out.",
        )


class WrongTypeError(SettingError):
    """A setting's value is of another type than its owner declares."""

    def __init__(self, path: str, value: object, expected: str) -> None:
        super().__init__(
            path,
            f"{path}={value} cannot be used: it must be {expected}.\n"
            f"  Given: {value!r} ({type(value).__name__}).\n"
            "  Give it a value of that type, or leave it out.",
        )


class WrongChoiceError(SettingError):
    """A setting's value is none of those that its owner allows."""

    def __init__(self, path: str, value: object, choices: Sequence[object]) -> None:
        words = [str(choice) for choice in choices]
        super().__init__(
            path,
            f"{path}={value} is not possible.{did_you_mean(str(value), words)}\n"
            f"  Choices: {_listed(words)}\n"
            f"  Write  {path}={words[0]}  or another of them.",
        )


class MissingValuesError(VierbeinError):
    """Settings without a default were given no value."""

    def __init__(self, missing: Mapping[str, str]) -> None:
        lines = "\n".join(f"  {path}: {meaning}" for path, meaning in missing.items())
        super().__init__(
            f"No value is given for {_listed(missing)}.\n{lines}\n"
            f"  Add  {' '.join(f'{path}=VALUE' for path in missing)}"
        )


class UnknownFileError(VierbeinError):
    """An experiment, or another file that a configuration names, does not exist."""

    def __init__(self, group: str, asked: str, known: Sequence[str]) -> None:
        file = asked if asked.endswith(".yaml") else f"conf/{group}/{asked}.yaml"
        super().__init__(
            f"There is no {group} {asked!r}.{did_you_mean(asked, known)}\n"
            f"  There are: {_listed(sorted(known))}\n"
            f"  Choose one of them, or write {file}"
        )


class BadFileError(VierbeinError):
    """A configuration file is not what Hydra can compose."""

    def __init__(self, file: str, reason: str, expected: str) -> None:
        super().__init__(
            f"{file}: cannot be read: {reason}.\n"
            f"  Expected: {expected}.\n"
            "  Correct it there, then look again with  vierbein config check FILE"
        )


class HiddenComponentError(VierbeinError):
    """A file has the name of an installed component, so that one hides the other."""

    def __init__(self, file: str, kind: str, name: str) -> None:
        super().__init__(
            f"{file} has the name of an installed component, {kind}={name}.\n"
            "  One word must mean one thing: a preset has a name of its own.\n"
            f"  Rename the file, e.g. to my_{name}.yaml, and choose  {kind}=my_{name}"
        )


class ReservedKeyError(VierbeinError):
    """A configuration tries to say which code runs."""

    def __init__(self, where: str, key: str) -> None:
        super().__init__(
            f"{where} sets {key!r}: names in underscores are refused.\n"
            "  A configuration is data; what runs is chosen among installed components alone.\n"
            "  Remove the key; choose a component by name, as in  backbone=NAME"
        )


class HydraKeyError(VierbeinError):
    """A configuration tries to steer Hydra itself."""

    def __init__(self, where: str, key: str) -> None:
        super().__init__(
            f"{where} sets {key!r}, which is refused: it can make Hydra run code or read files.\n"
            "  vierbein composes with Hydra and reads none of Hydra's own settings.\n"
            "  Remove it; a run's folder is set by  run_folder=PATH  and its jobs by --multirun"
        )


class ForeignReferenceError(VierbeinError):
    """A `${...}` in a configuration is no plain reference to another setting."""

    def __init__(self, where: str, reference: str) -> None:
        super().__init__(
            f"{where} holds {reference!r}, which is refused: it is no plain reference.\n"
            "  A reference names another setting, as ${training.steps} or ${.rank} does; it calls\n"
            "  no function and reads no environment variable.\n"
            "  Write the value; on a command line the shell can fill it in:  dataset.path=$HOME/x"
        )


class ForeignFileError(VierbeinError):
    """A configuration file's defaults name a file outside the folders of configurations."""

    def __init__(self, where: str, name: str) -> None:
        super().__init__(
            f"{where} names {name[:100]!r} in its defaults: that is no name.\n"
            "  A file builds on components, on presets and on files of the working folder and of\n"
            "  plugins; absolute paths, '..' and addresses are refused.\n"
            "  Put the file into conf/ and name it as  GROUP: NAME"
        )


class UnfoldingError(VierbeinError):
    """Configuration files name each other so often that composing them would take ages."""

    def __init__(self, where: str, most: int) -> None:
        super().__init__(
            f"{where}: the files that its defaults name unfold without end.\n"
            f"  Each is counted as often as it is named; {most} are the most that is composed.\n"
            "  Name fewer, or write their settings into one file."
        )


class OutsideFolderError(VierbeinError):
    """A configuration file lets a run write outside the working folder."""

    def __init__(self, setting: str, path: str) -> None:
        super().__init__(
            f"{setting}={path} leads out of the working folder.\n"
            "  A file may choose folders inside of it; only you may choose others.\n"
            f"  If you want it, say so on the command line:  {setting}=PATH"
        )


class OverrideError(VierbeinError):
    """An override is not well formed."""

    def __init__(self, override: str, reason: str) -> None:
        super().__init__(
            f"The override {override!r} cannot be read: {reason}.\n"
            "  Overrides are  kind=NAME  kind=[NAME,NAME]  setting=VALUE\n"
            "  Quote text that holds spaces, commas or signs:  'setting=\"some text\"'"
        )


class SweepError(VierbeinError):
    """Several values are given where one run needs one."""

    def __init__(self, override: str, key: str, reason: str) -> None:
        super().__init__(
            f"{override} {reason}.\n"
            "  One run takes one value, and a list stands in brackets.\n"
            f"  Write  {key}=[A,B]  for a list, or  --multirun {key}=A,B  for a run of each."
        )


class UnchosenError(SettingError):
    """A setting is given for a component that is not chosen, or not clearly.

    Parameters
    ----------
    path
        The setting, as `tuner.rank` or `tuner.lora.rank`.
    chosen
        Names of the kind's chosen components.
    known
        What could be chosen.
    """

    def __init__(self, path: str, chosen: Sequence[str], known: Sequence[str]) -> None:
        kind, name, *rest = path.split(".")
        absent = name in known
        settings = [".".join([kind, each, *(rest or [name])]) for each in chosen]
        cure = f"{kind}=[{','.join([*chosen, name])}]" if absent else "  or  ".join(settings)
        super().__init__(
            path,
            f"{path!r} is for {f'{name}, which' if absent else f'a {kind} that'} is not chosen.\n"
            f"  Chosen: {_listed(chosen)}; there are: {_listed(sorted(known))}\n"
            f"  Write  {cure or f'{kind}=NAME'}",
        )


class SetCircleError(VierbeinError):
    """Sets of components name each other in a circle."""

    def __init__(self, kind: str, names: Sequence[str]) -> None:
        super().__init__(
            f"The {kind} {names[0]!r} is a set that leads back to itself: {' -> '.join(names)}.\n"
            "  A set names components, or sets that do not name it.\n"
            f"  Take {names[-1]!r} out of the defaults of {names[-2]!r}."
        )


class SetSettingError(SettingError):
    """A setting is given for a set of components, which has none of its own."""

    def __init__(self, path: str, members: Sequence[str]) -> None:
        kind, name, *rest = path.split(".")
        setting = ".".join(rest) or "SETTING"
        super().__init__(
            path,
            f"{path!r} is for {name}, which is a set and has no settings of its own.\n"
            f"  It stands for: {_listed(members)}\n"
            f"  Write  {'  or  '.join(f'{kind}.{each}.{setting}' for each in members)}",
        )


class NothingChosenError(SettingError):
    """A kind of component is needed and none is chosen."""

    def __init__(self, kind: str, known: Sequence[str]) -> None:
        super().__init__(
            kind,
            f"No {kind} is chosen.\n"
            f"  Installed: {_listed(sorted(known))}\n"
            f"  Add  {kind}=NAME  with one of them.",
        )


class PlaceError(SettingError):
    """A place of the configuration holds two components, or something that is none."""

    def __init__(self, place: str, found: str, cure: str) -> None:
        super().__init__(place, f"{place!r} must hold one component.\n  {found}.\n  Write  {cure}")


class DanglingReferenceError(SettingError):
    """A `${...}` in a configuration leads nowhere."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            path,
            f"{path or 'A value'}: its ${{...}} cannot be filled in: {reason}.\n"
            "  It may point at another setting: ${training.steps}, or ${.rank} beside it.\n"
            "  Correct the path between the braces.",
        )


class CompositionError(VierbeinError):
    """Hydra refuses to compose what was asked, for a reason of its own."""

    def __init__(self, overrides: Sequence[str], reason: str) -> None:
        super().__init__(
            f"The configuration cannot be composed from: {' '.join(overrides) or 'no overrides'}\n"
            f"  Hydra says: {reason}\n"
            "  Look at that file or override;  vierbein config check FILE  checks a file alone."
        )


class BuildError(VierbeinError):
    """A component refuses the settings that it was given."""

    def __init__(self, component: str, settings: Mapping[str, object], reason: str) -> None:
        given = ", ".join(f"{name}={value!r}" for name, value in settings.items())
        super().__init__(
            f"{component} cannot be made of its settings: {reason}\n"
            f"  Given: {given or 'no settings'}\n"
            "  Change the setting that it names."
        )
