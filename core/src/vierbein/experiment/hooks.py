"""Hooks: plugins are told of a run's moments, and change nothing by it."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import pluggy

from vierbein.errors.runs import UnknownHookError
from vierbein.interfaces.network import Network
from vierbein.interfaces.safeguard import Verdict
from vierbein.registry.installed import Registry

spec = pluggy.HookspecMarker("vierbein")


class Specifications:
    """What a module of the entry-point group ``vierbein.v1.hooks`` may implement.

    It marks its functions with ``pluggy.HookimplMarker("vierbein")`` and takes the arguments that
    it wants, by name.
    """

    @spec
    def run_start(self, configuration: Mapping[str, Any]) -> None:
        """Be told that a run begins; raising a VierbeinError refuses it."""

    @spec
    def data_ready(self, domains: Mapping[str, int]) -> None:
        """Be told how many events each domain has."""

    @spec
    def network_built(self, network: Network) -> None:
        """Be told of a network that the run's own process is about to train."""

    @spec
    def step(self, step: int, steps: int, loss: float) -> None:
        """Be told of a step of a training in the run's own process (pretraining)."""

    @spec
    def verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Be told of the safeguards' verdicts."""

    @spec
    def run_end(self, report: Mapping[str, Any]) -> None:
        """Be told that a run has ended, and its report."""


class _Module:
    """Holds a module by identity: pluggy compares plugins with ==, which arrays do not survive."""

    def __init__(self, module: Any) -> None:
        for name in dir(module):
            if getattr(getattr(module, name), "vierbein_impl", None) is not None:
                setattr(self, name, getattr(module, name))


def manager(registry: Registry, distributions: Iterable[str]) -> pluggy.PluginManager:
    """Make the plugin manager of one run.

    Parameters
    ----------
    registry
        What is installed.
    distributions
        Whose hooks take part: those of the chosen components and those named in ``hooks``.

    Returns
    -------
    PluginManager
        With those hooks registered, and no others.

    Raises
    ------
    UnknownHookError
        If a module implements a hook that does not exist.
    """
    made = pluggy.PluginManager("vierbein")
    made.add_hookspecs(Specifications)
    chosen = set(distributions)
    for component in registry.components:
        if component.kind != "hooks" or component.distribution not in chosen:
            continue
        made.register(_Module(registry.load(component)), name=component.qualified)
        try:
            made.check_pending()
        except pluggy.PluginValidationError as error:
            known = [name for name in vars(Specifications) if not name.startswith("_")]
            asked = str(error).partition("'")[2].partition("'")[0]
            close = get_close_matches(asked, known, n=1)
            raise UnknownHookError(component.qualified, str(error), close or known) from error
    return made
