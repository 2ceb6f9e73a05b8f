"""Plugins that are missing, misspelt, broken, in conflict or of another time."""

from collections.abc import Mapping, Sequence
from shlex import quote

from vierbein.errors.base import VierbeinError, did_you_mean


class UnknownKindError(VierbeinError):
    """A kind of component is asked for that nobody offers."""

    def __init__(self, asked: str, kinds: Sequence[str]) -> None:
        super().__init__(
            f"There is no kind of component {asked!r}.{did_you_mean(asked, kinds)}\n"
            f"  Kinds: {', '.join(kinds)}\n"
            "  Choose one of them; a plugin that brings a kind of its own must be installed first."
        )


class UnknownComponentError(VierbeinError):
    """No installed plugin offers a component of this name.

    Parameters
    ----------
    kind
        The kind that was asked for.
    asked
        The name that was asked for.
    names
        What can be chosen instead: components and presets.
    elsewhere
        Other kinds that have a component of this name.
    """

    def __init__(
        self, kind: str, asked: str, names: Sequence[str], elsewhere: Sequence[str] = ()
    ) -> None:
        hint = did_you_mean(asked, names) or did_you_mean(asked.rpartition("/")[2], names)
        if elsewhere:
            hint = (
                f" It is the name of another kind:  {'  '.join(f'{k}={asked}' for k in elsewhere)}"
            )
        super().__init__(
            f"No {kind} named {asked!r} is installed.{hint}\n"
            f"  Installed: {', '.join(names) or 'none'}\n"
            f"  Choose one of them, or install the plugin that offers it; all there is:  "
            f"vierbein plugins list --kind {kind}"
        )


class UnknownNameError(VierbeinError):
    """No component of any kind has this name."""

    def __init__(self, asked: str, names: Sequence[str]) -> None:
        super().__init__(
            f"Nothing named {asked!r} is installed.{did_you_mean(asked, names)}\n"
            f"  {len(names)} components are installed.\n"
            "  List them:  vierbein plugins list"
        )


class UnknownDistributionError(VierbeinError):
    """A distribution is asked for that is not installed or is no plugin."""

    def __init__(self, asked: str, distributions: Sequence[str]) -> None:
        super().__init__(
            f"No plugin distribution {asked!r} is installed.{did_you_mean(asked, distributions)}\n"
            f"  Installed: {', '.join(distributions) or 'none'}\n"
            "  Choose one of them, or install it."
        )


class UnknownCommandError(VierbeinError):
    """There is no such command, and no plugin adds it."""

    def __init__(self, asked: str, commands: Sequence[str]) -> None:
        super().__init__(
            f"There is no command {asked!r}.{did_you_mean(asked, commands)}\n"
            f"  Commands: {', '.join(commands)}\n"
            "  What each does:  vierbein --help"
        )


class PluginNotInstalledError(VierbeinError):
    """A component's plugin is known, and it is not installed."""

    def __init__(self, kind: str, name: str, distribution: str) -> None:
        folder = distribution.removeprefix("vierbein-")
        super().__init__(
            f"No {kind} named {name!r} is installed.\n"
            f"  It comes with the plugin {distribution}, which is not installed.\n"
            f"  Install it:  pip install {distribution}   "
            f"(in a clone of vierbein:  pip install -e ./plugins/{folder})"
        )


class ClashError(VierbeinError):
    """Several installed plugins offer one name.

    Parameters
    ----------
    kind
        Kind of the components, or "preset" and the like.
    name
        The name that they share.
    offers
        Qualified name (`dist/name`) -> what it is: version, target, file.
    """

    def __init__(self, kind: str, name: str, offers: Mapping[str, str]) -> None:
        width = max(map(len, offers))
        lines = "".join(f"\n    {kind}={key:<{width}}   {what}" for key, what in offers.items())
        super().__init__(
            f"{kind}={name} is offered by {len(offers)} installed plugins.\n"
            f"  Say which one you mean:{lines}"
        )


class OtherApiError(VierbeinError):
    """A plugin was written for another version of the plugin API."""

    def __init__(
        self, kind: str, name: str, plugin: str, plugin_api: int, core: str, core_api: int
    ) -> None:
        newer = plugin_api > core_api
        distribution = plugin.partition(" ")[0]
        super().__init__(
            f"{kind}={name} of {plugin} is written for plugin API v{plugin_api}.\n"
            f"  vierbein {core} speaks v{core_api}, which is {'older' if newer else 'newer'}.\n"
            f"  Update {'vierbein' if newer else 'the plugin'}:  "
            f"pip install -U {'vierbein' if newer else distribution}"
        )


class UnmetRequirementError(VierbeinError):
    """A plugin declares that it needs another version of vierbein than the one that runs."""

    def __init__(self, kind: str, name: str, plugin: str, requirement: str, core: str) -> None:
        distribution = plugin.partition(" ")[0]
        super().__init__(
            f"{kind}={name} of {plugin} needs {requirement}.\n"
            f"  vierbein {core} is running.\n"
            f"  Install versions that fit together:  pip install -U vierbein {distribution}"
        )


class DisabledError(VierbeinError):
    """A component is installed, and its plugin is switched off by the environment."""

    def __init__(self, kind: str, name: str, distribution: str, variable: str) -> None:
        self.variable = variable
        act = "lists it" if variable == "VIERBEIN_DISABLE_PLUGINS" else "does not list it"
        cure = "Remove it from" if variable == "VIERBEIN_DISABLE_PLUGINS" else "Add it to"
        super().__init__(
            f"{kind}={name} of {distribution} is switched off.\n"
            f"  The environment variable {variable} {act}.\n"
            f"  {cure} {variable}, or choose another {kind}."
        )


class UnknownInEnvironmentError(VierbeinError):
    """An environment variable names a plugin that is not installed."""

    def __init__(self, variable: str, name: str, distributions: Sequence[str]) -> None:
        super().__init__(
            f"{variable} names {name!r}, which is not installed."
            f"{did_you_mean(name, distributions)}\n"
            f"  Installed plugins: {', '.join(distributions) or 'none'}\n"
            f"  Mend {variable}: names of distributions, with commas between them."
        )


class BrokenPluginError(VierbeinError):
    """A plugin's component cannot be imported; everything else works."""

    def __init__(
        self,
        kind: str,
        name: str,
        distribution: str,
        version: str,
        target: str,
        reason: str,
        place: str,
        cure: str,
    ) -> None:
        self.reason, self.place = reason, place
        super().__init__(
            f"{kind}={name} of {distribution} {version} cannot be used ({target}).\n"
            f"  {reason}\n"
            f"  at {place}\n"
            f"  {cure}"
        )


class DamagedMetadataError(VierbeinError):
    """The metadata of an installed plugin cannot be read."""

    def __init__(self, plugin: str, folder: str, reason: str) -> None:
        super().__init__(
            f"The metadata of {plugin} are damaged: {reason}.\n"
            f"  They are in {folder}; what they offer is left out, everything else works.\n"
            f"  Remove that folder, and install {plugin} again."
        )


class MalformedEntryPointsError(VierbeinError):
    """A plugin declares entry points that cannot be understood."""

    def __init__(self, plugin: str, file: str, reason: str) -> None:
        super().__init__(
            f"The entry points of {plugin} cannot be read: {reason}.\n"
            f"  They are in {file}; the plugin is left out, everything else works.\n"
            "  Its author mends them in pyproject.toml and installs the plugin again."
        )


class StaleEntryPointsError(VierbeinError):
    """An editable install's pyproject.toml has changed since it was installed."""

    def __init__(
        self, distribution: str, folder: str, added: Sequence[str], removed: Sequence[str]
    ) -> None:
        self.added = tuple(added)
        changes = ", ".join([*(f"+{item}" for item in added), *(f"-{item}" for item in removed)])
        super().__init__(
            f"The entry points of {distribution} have changed since it was installed: {changes}\n"
            f"  {folder}/pyproject.toml says one thing, the installed metadata another.\n"
            f"  Install it again:  pip install --no-deps -e {quote(folder)}"
        )


class SettingMismatchError(VierbeinError):
    """A component's settings in the source are not those of the imported class."""

    def __init__(self, kind: str, name: str, plugin: str, differences: Sequence[str]) -> None:
        lines = "".join(f"\n    {difference}" for difference in differences)
        super().__init__(
            f"The settings of {kind}={name} ({plugin}) differ between source and imported class:"
            f"{lines}\n"
            "  Settings are read from the source, so a run would be given the wrong ones.\n"
            "  Its author writes the constructor plainly: typed parameters, literal defaults."
        )


class UnusableClassError(VierbeinError):
    """A component can be imported, and yet no run could use it."""

    def __init__(self, kind: str, name: str, plugin: str, reason: str, cure: str) -> None:
        super().__init__(f"{kind}={name} of {plugin} cannot be used.\n  {reason}\n  {cure}")


class AmbiguousNameError(VierbeinError):
    """One name, components of several kinds."""

    def __init__(self, asked: str, choices: Sequence[str]) -> None:
        super().__init__(
            f"{asked!r} is the name of {len(choices)} components.\n"
            f"  They are:  {'   '.join(choices)}\n"
            f"  Say which one:  vierbein plugins show {choices[0]}"
        )


class NotALockError(VierbeinError):
    """A run is to be locked by a file that is not there, or is no lock."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"{file} cannot be read as a lock.\n"
            f"  {reason}\n"
            f"  Write one where all is as it should be:  vierbein plugins lock -o {quote(file)} ..."
        )


class OtherEnvironmentError(VierbeinError):
    """What is installed is not what a lock holds."""

    def __init__(self, file: str, differences: Sequence[str]) -> None:
        self.differences = tuple(differences)
        lines = "".join(f"\n    {difference}" for difference in differences)
        super().__init__(
            f"The run is locked by {file}, and this environment is another one.\n"
            f"  It differs in {len(differences)}:{lines}\n"
            "  Install what is locked; or, if the change is meant, lock what is installed:  "
            f"vierbein plugins lock -o {quote(file)} ..."
        )


class IllegalNameError(VierbeinError):
    """A new plugin is to have a name that no distribution or package can have."""

    def __init__(self, asked: str) -> None:
        super().__init__(
            f"A plugin cannot be called {asked!r}.\n"
            "  Its name is that of a distribution, a folder and (with _ for -) an import package: "
            "lower-case letters, digits and - between them, a letter first, no word of Python's.\n"
            "  Choose such a name:  vierbein plugins new vierbein-lab --kind KIND"
        )


class TakenNameError(VierbeinError):
    """A new plugin is to have a name that something else has."""

    def __init__(self, asked: str, what: str, owner: str) -> None:
        super().__init__(
            f"A plugin {asked!r} cannot be made here: the {what} is taken.\n"
            f"  {owner}; nothing was written.\n"
            "  Choose another name, or remove what has it."
        )


class NoTemplateError(VierbeinError):
    """A new plugin is to be of a kind that has no template."""

    def __init__(self, asked: str, kinds: Sequence[str]) -> None:
        super().__init__(
            f"There is no template for the kind {asked!r}.{did_you_mean(asked, kinds)}\n"
            f"  There are: {', '.join(kinds)}\n"
            "  Choose one of them:  --kind KIND"
        )


class UnknownLicenceError(VierbeinError):
    """A new plugin is to have a licence whose text is not at hand."""

    def __init__(self, asked: str, licences: Sequence[str]) -> None:
        super().__init__(
            f"There is no text of the licence {asked!r}.{did_you_mean(asked, licences)}\n"
            f"  There are: {', '.join(licences)}\n"
            "  Choose one of them (--licence NAME), and replace LICENSE by your own afterwards."
        )
