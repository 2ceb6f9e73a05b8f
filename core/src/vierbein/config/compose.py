"""Compose an experiment: overrides in, one checked configuration out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.default_element import ResultDefault
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from vierbein.config.configuration import checked
from vierbein.config.explain import explain
from vierbein.config.guest import guest
from vierbein.config.library import EXPERIMENT, Library, word
from vierbein.config.overrides import asked, written_out
from vierbein.config.plain import is_component, plain
from vierbein.config.sources import ROOT, opened
from vierbein.errors.settings import PlaceError
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
    except (HydraException, OmegaConfBaseException, RecursionError) as error:
        raise explain(error, library, overrides) from error
    for place, name in library.places.items():
        _hold(content, place, name)
    config = OmegaConf.create(plain(checked(content, schema, library.registry)))
    OmegaConf.set_struct(config, value=True)
    OmegaConf.set_readonly(config, value=True)
    return Composition(config, _choices(library.places), list(overrides))


def _composed(overrides: Sequence[str], library: Library) -> dict[str, Any]:
    """Ask Hydra twice: what is chosen; then, knowing that, for everything."""
    with guest(), opened(library) as hydra:
        wanted = asked(overrides, library)
        chosen = hydra.compute_defaults_list(ROOT, wanted.choices, RunMode.RUN)
        library.places = _places(chosen.defaults, library.groups)
        full = written_out(wanted, library)
        config = hydra.load_configuration(ROOT, full, RunMode.RUN, from_shell=False)
        own = [str(key) for key in config if key != "hydra"]
        content: dict[str, Any] = plain(OmegaConf.masked_copy(config, own))
        return content


def _places(chosen: Iterable[ResultDefault], groups: Sequence[str]) -> dict[str, str]:
    """Find where each choice stands; a file that builds on another counts alone."""
    places: dict[str, str] = {}
    for each in chosen:
        group, _, name = str(each.config_path).partition("/")
        if group not in groups or str(each.parent).startswith(f"{group}/"):
            continue
        place = EXPERIMENT if group == EXPERIMENT else str(each.package)
        if place in places:
            found = f"Two are chosen: {places[place]}, {name}"
            raise PlaceError(place, found, f"{group}={name}")
        places[place] = name
    return places


def _hold(content: Mapping[str, Any], place: str, name: str) -> None:
    """Look whether a component still stands where one was put."""
    node: Any = content
    for step in place.split("."):
        node = node.get(step) if isinstance(node, Mapping) else None
    if place != EXPERIMENT and not is_component(node):
        cure = f"KIND@{place}=NAME  to choose another"
        raise PlaceError(place, f"{name} was chosen, and then it was set to {node!r}", cure)


def _choices(places: Mapping[str, str]) -> dict[str, str | list[str]]:
    choices: dict[str, str | list[str]] = {}
    for place, name in places.items():
        kind = place.partition(".")[0]
        if kind in MULTI and place == f"{kind}.{word(name)}":
            choices[kind] = [*choices.get(kind, []), name]
        else:
            choices[place] = name
    return choices
