"""Compose an experiment: overrides in, one checked configuration out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from vierbein.config.choices import places
from vierbein.config.configuration import checked
from vierbein.config.explain import explain
from vierbein.config.guest import guest
from vierbein.config.library import EXPERIMENT, Library
from vierbein.config.origin import is_typed, setting
from vierbein.config.overrides import asked, settle
from vierbein.config.plain import is_component, plain
from vierbein.config.references import filled
from vierbein.config.sources import ROOT, opened
from vierbein.errors.settings import PlaceError, SettingError
from vierbein.registry.installed import Registry, installed
from vierbein.registry.kinds import MULTI


@dataclass(frozen=True)
class Composition:
    """A configuration, and how it came about.

    Parameters
    ----------
    config
        Every value, checked and filled in; read-only.
    choices
        What was chosen: a kind, `experiment` or a place -> its name; a list for side-by-side kinds.
    overrides
        As they were given.
    """

    config: DictConfig
    choices: dict[str, str | list[str]]
    overrides: list[str]


def compose(
    schema: type,
    overrides: Sequence[str],
    *,
    registry: Registry | None = None,
    folder: Path | None = None,
) -> Composition:
    """Compose a configuration by Hydra and hold it against what its owners declare.

    Parameters
    ----------
    schema
        The dataclass of the root's settings.
    overrides
        In Hydra's grammar: `experiment=x tuner=lora tuner.rank=8`.
    registry
        What is installed; looked up if None.
    folder
        The working folder, with `conf` in it; the current one if None.

    Returns
    -------
    Composition
        The configuration has every field of the schema and every kind: None for a kind of which
        nothing is chosen, a mapping by name for those that stand side by side.

    Raises
    ------
    VierbeinError
        If anything is misspelt, missing, of the wrong type or refused; no component is imported
        to find out.
    """
    library = Library(registry or installed(), folder or Path.cwd(), schema)
    try:
        content = _composed(overrides, library)
        for place, name in places(library.chosen).items():
            holder, _, _ = place.rpartition(".")
            # `~also.calo` takes the holder of two away, `~anomalies.calo` what is held.
            is_wanted = not holder or _at(content, holder) is not None
            if is_wanted and f"~{place}" not in overrides:
                _hold(content, place, name)
        config = OmegaConf.create(plain(checked(content, schema, library.registry)))
    except (HydraException, OmegaConfBaseException, RecursionError) as error:
        raise explain(error, library, overrides) from error
    except SettingError as error:
        where = None if is_typed(error.path, overrides, library) else setting(error.path, library)
        if where:
            error.at(where)
        raise
    OmegaConf.set_struct(config, value=True)
    OmegaConf.set_readonly(config, value=True)
    choices = {
        place: names if place in MULTI else names[0]
        for place, names in _made(library)
        if "." not in place or _at(content, place) is not None
    }
    return Composition(config, choices, list(overrides))


def _composed(overrides: Sequence[str], library: Library) -> dict[str, Any]:
    with guest(), opened(library) as hydra:
        wanted = asked(overrides, library)
        config = hydra.load_configuration(ROOT, wanted.overrides, RunMode.RUN, from_shell=False)
        settle(config, wanted, library)
        own = [str(key) for key in config if key != "hydra"]
        content: Any = OmegaConf.to_container(OmegaConf.masked_copy(config, own), resolve=False)
        return filled(content)


def _made(library: Library) -> list[tuple[str, list[str]]]:
    return [(place, names) for place, names in library.chosen.items() if names]


def _hold(content: Mapping[str, Any], place: str, name: str) -> None:
    """Look whether a component still stands where one was put."""
    node = _at(content, place)
    if place != EXPERIMENT and not is_component(node):
        cure = f"KIND@{place}=NAME  to choose another"
        raise PlaceError(place, f"{name} was chosen, and then it was set to {node!r}", cure)


def _at(content: Mapping[str, Any], place: str) -> Any:
    node: Any = content
    for step in place.split("."):
        node = node.get(step) if isinstance(node, Mapping) else None
    return node
