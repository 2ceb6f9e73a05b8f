"""From overrides as users write them to those that Hydra composes with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf, open_dict

from vierbein.config.choices import choose
from vierbein.config.foreign import always, refuse
from vierbein.config.library import Library, word
from vierbein.config.sets import inside, unfolded
from vierbein.errors.plugins import UnknownKindError
from vierbein.errors.settings import (
    OverrideError,
    SetSettingError,
    SweepError,
    UnchosenError,
)
from vierbein.registry.kinds import MULTI


@dataclass(frozen=True)
class Asked:
    """What a command line asks for.

    Parameters
    ----------
    overrides
        Overrides as Hydra takes them.
    settings
        Path -> value of every setting, those of the short form too.
    short
        Paths that Hydra is not given: `tuner.rank`, for the one tuner that is chosen.
    """

    overrides: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    short: list[str] = field(default_factory=list)


def parse(overrides: Sequence[str]) -> Iterator[Override]:
    """Parse overrides by Hydra's own grammar, refusing what no configuration may set."""
    parser = OverridesParser.create()
    for text in overrides:
        try:
            override = parser.parse_override(text)
        except HydraException as error:
            raise OverrideError(text, str(error).splitlines()[0]) from error
        value = None if override.is_sweep_override() else override.value()
        refuse(always(text), f"{override.key_or_group}@{override.package or ''}", value)
        yield override


def asked(overrides: Sequence[str], library: Library) -> Asked:
    """Rewrite overrides for Hydra, and record what they choose.

    Settings are forced (`++`): Hydra need not know which exist, for every one is held against what
    its owner declares.

    Parameters
    ----------
    overrides
        As typed.
    library
        Knows what can be chosen from.

    Returns
    -------
    Asked
        The same in Hydra's words.

    Raises
    ------
    SweepError
        If one gives several values without brackets.
    UnknownKindError
        If one chooses something of a kind that is none.
    """
    result = Asked()
    for override in parse(overrides):
        text, path, value = str(override.input_line), override.key_or_group, override.value()
        if override.is_sweep_override():
            raise SweepError(text, path, "asks for several runs")
        if library.is_group(path) and not isinstance(value, dict):
            result.overrides.append(_choice(override, library))
            continue
        if override.package is not None:
            raise UnknownKindError(path, library.groups)
        if override.is_delete() or override.is_hydra_override():
            result.overrides.append(text)
            continue
        result.settings[path] = value
        kind, _, rest = path.partition(".")
        if kind in MULTI and rest and rest.partition(".")[0] not in library.names(kind):
            result.short.append(path)
        else:
            result.overrides.append(f"++{text.lstrip('+')}")
    return result


def quoted(text: str) -> str:
    """Write text, such as a path with spaces, so that Hydra's grammar takes it as it stands."""
    return "'" + text.replace("'", "\\'") + "'"


def _choice(override: Override, library: Library) -> str:
    """Allow `tuner=null`, `experiment=2026` and `+backbone=x`, for every group has its place."""
    group, key, value = override.key_or_group, override.get_key_element(), override.value()
    names = [str(name) for name in (value if isinstance(value, list) else [value])]
    names = [] if value is None or override.is_delete() else names
    if group in library.groups:
        choose(library, group, override.package, names)
        if override.package is None:
            key, names = group, unfolded(library, group, names).names
    if override.is_delete() and key != group:
        return key
    if key in MULTI or len(names) != 1:
        return f"{key}=[{','.join(map(quoted, names))}]"
    return f"{key}={quoted(names[0])}"


def settle(config: DictConfig, wanted: Asked, library: Library) -> None:
    """Give short settings to the one component that they mean; drop what waits for others.

    `tuner.rank=8` goes to the tuner that is chosen. A file may set `tuner.lora.rank` for the case
    that lora is chosen; the command line may not.

    Parameters
    ----------
    config
        As Hydra composed it.
    wanted
        What the command line asked for.
    library
        Knows what is chosen, and what could be.

    Raises
    ------
    SetSettingError
        If a setting is for a set.
    UnchosenError
        If a setting is for a component that is not chosen, or not clearly.
    """
    with open_dict(config):
        for path, value in wanted.settings.items():
            kind, _, rest = path.partition(".")
            chosen = [word(name) for name in library.chosen.get(kind, ())]
            if kind not in MULTI or not rest:
                continue
            first = rest.partition(".")[0]
            if first not in chosen and (members := inside(library, kind, first)):
                raise SetSettingError(path, members)
            is_full = first in chosen
            if not is_full and (path not in wanted.short or len(chosen) != 1):
                raise UnchosenError(path, chosen, library.names(kind))
            if path in wanted.short:
                full = path if is_full else f"{kind}.{chosen[0]}.{rest}"
                OmegaConf.update(config, full, value, force_add=True)
        for kind in MULTI:
            beside = None if OmegaConf.is_interpolation(config, kind) else config.get(kind)
            there = set(beside) if isinstance(beside, DictConfig) else set()
            for name in there & set(library.names(kind)):
                if name not in map(word, library.chosen.get(kind, ())):
                    del config[kind][name]
