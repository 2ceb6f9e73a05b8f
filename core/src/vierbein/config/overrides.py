"""From overrides as users write them to those that Hydra composes with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from vierbein.config.foreign import refuse
from vierbein.config.library import Library, word
from vierbein.errors.plugins import UnknownKindError
from vierbein.errors.settings import OverrideError, PlaceError, SweepError, UnchosenError
from vierbein.registry.kinds import MULTI


@dataclass(frozen=True)
class Asked:
    """What a command line asks for.

    Parameters
    ----------
    choices
        Overrides that choose components and files.
    settings
        Overrides that set values: path, and the text after the sign; None to delete.
    """

    choices: list[str]
    settings: list[tuple[str, str | None]]


def parse(overrides: Sequence[str]) -> Iterator[Override]:
    """Parse overrides by Hydra's own grammar, refusing what no configuration may set."""
    parser = OverridesParser.create()
    for text in overrides:
        try:
            override = parser.parse_override(text)
        except HydraException as error:
            raise OverrideError(text, str(error).splitlines()[0]) from error
        value = None if override.is_sweep_override() else override.value()
        refuse(text, f"{override.key_or_group}@{override.package or ''}", value)
        yield override


def asked(overrides: Sequence[str], library: Library) -> Asked:
    """Sort overrides into choices and settings.

    Parameters
    ----------
    overrides
        As typed.
    library
        Knows what can be chosen from.

    Returns
    -------
    Asked
        Choices as Hydra takes them.

    Raises
    ------
    SweepError
        If one gives several values without brackets.
    UnknownKindError
        If one chooses something of a kind that is none.
    """
    result = Asked([], [])
    for override in parse(overrides):
        text, key = str(override.input_line), override.key_or_group
        if override.is_sweep_override():
            raise SweepError(text, key, "asks for several runs")
        is_choice = library.is_group(key) and not isinstance(override.value(), dict)
        if is_choice or override.is_hydra_override():
            result.choices.append(_choice(override, library))
        elif override.package is not None:
            raise UnknownKindError(key, library.groups)
        else:
            value = None if override.is_delete() else text.partition("=")[2]
            result.settings.append((key, value))
    return result


def quoted(text: str) -> str:
    """Write text, such as a path with spaces, so that Hydra's grammar takes it as it stands."""
    return "'" + text.replace("'", "\\'") + "'"


def _choice(override: Override, library: Library) -> str:
    """Allow `tuner=null`, `experiment=2026` and `+backbone=x`, for every group has its place."""
    key, value = override.get_key_element(), override.value()
    if override.key_or_group in library.groups and override.package is None:
        key = override.key_or_group
        if override.is_delete() and value is not None:
            key = f"~{key}"
        elif isinstance(value, list) and len(value) > 1 and key not in MULTI:
            cure = f"{key}={value[0]}"
            raise PlaceError(key, f"{len(value)} are chosen: {override.input_line}", cure)
        elif isinstance(value, list) and value and key not in MULTI:
            [value] = value
    elif override.is_delete() and value is None:
        return key
    if value is None or isinstance(value, list):
        return f"{key}=[{','.join(quoted(str(name)) for name in value or ())}]"
    return f"{key}={quoted(str(value))}"


def written_out(wanted: Asked, library: Library) -> list[str]:
    """Write everything out in full for Hydra, now that the choices are known.

    `tuner.rank=8` means the one tuner that is chosen. Settings are forced (`++`): Hydra need not
    know which exist, for every one is held against what its owner declares.
    """
    result = list(wanted.choices)
    for path, value in wanted.settings:
        kind, _, rest = path.partition(".")
        full = _place(kind, rest, library) if kind in MULTI and rest else path
        result.append(f"~{full}" if value is None else f"++{full}={value}")
    return result


def _place(kind: str, rest: str, library: Library) -> str:
    chosen = [
        word(name) for place, name in library.places.items() if place == f"{kind}.{word(name)}"
    ]
    first, names = rest.partition(".")[0], library.names(kind)
    if first in chosen:
        return f"{kind}.{rest}"
    if len(chosen) != 1 or first in names:
        raise UnchosenError(f"{kind}.{rest}", chosen, names)
    return f"{kind}.{chosen[0]}.{rest}"
