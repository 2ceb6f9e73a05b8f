"""Decide which installed components can be chosen, and say why the others cannot."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import vierbein
from vierbein.errors.base import VierbeinError
from vierbein.errors.plugins import (
    DisabledError,
    OtherApiError,
    UnknownInEnvironmentError,
    UnmetRequirementError,
)
from vierbein.registry.component import Component, canonical
from vierbein.registry.kinds import API
from vierbein.registry.problem import Problem, Withheld
from vierbein.registry.requirement import Requirement
from vierbein.registry.walk import Entry, Plugin

DISABLE: Final = "VIERBEIN_DISABLE_PLUGINS"
ONLY: Final = "VIERBEIN_PLUGINS"


class Switches(NamedTuple):
    """What the environment says of plugins: canonical names of distributions.

    Parameters
    ----------
    off
        These are switched off.
    only
        If there are any, all others are switched off.
    """

    off: frozenset[str]
    only: frozenset[str]

    def switch_of(self, plugin: Plugin) -> str:
        """Name the variable that switches a plugin off, or nothing."""
        name = canonical(plugin.name)
        if name in self.off:
            return DISABLE
        return ONLY if self.only and name not in {*self.only, "vierbein"} else ""

    def problems(self, plugins: Sequence[Plugin]) -> Iterable[Problem]:
        """Tell which names stand for nothing that is installed."""
        names = [canonical(plugin.name) for plugin in plugins]
        for variable, named in ((DISABLE, self.off), (ONLY, self.only)):
            for name in sorted(named - set(names)):
                error = UnknownInEnvironmentError(variable, name, names)
                yield Problem("environment", name, str(error))


def switches(environ: Mapping[str, str]) -> Switches:
    """Read what the environment says of plugins."""
    off, only = (
        frozenset(
            canonical(word.strip()) for word in environ.get(key, "").split(",") if word.strip()
        )
        for key in (DISABLE, ONLY)
    )
    return Switches(off, only)


def admit(plugin: Plugin, switch: str) -> tuple[list[Component], list[Withheld], list[Problem]]:
    """Sort a plugin's components into those that can be chosen and those that cannot.

    Parameters
    ----------
    plugin
        An installed distribution.
    switch
        The environment variable that switches it off, if one does.

    Returns
    -------
    tuple[list[Component], list[Withheld], list[Problem]]
        What can be chosen; what cannot, and why; one problem for each reason.
    """
    unmet = next(filter(_is_unmet, plugin.requirements), None)
    ours = {(entry.kind, entry.name) for entry in plugin.entries if entry.api == API}
    components, withheld = [], []
    problems: dict[str, Problem] = {}
    for entry in plugin.entries:
        if entry.api != API and (entry.kind, entry.name) in ours:
            continue  # the plugin serves several versions of the API
        component = Component(entry.kind, entry.name, plugin.name, plugin.version, entry.target)
        obstacle = _obstacle(plugin, entry, switch, unmet)
        if obstacle is None:
            components.append(component)
            continue
        what, reason = obstacle
        withheld.append(Withheld(component, reason))
        if what != "off":
            problems.setdefault(what, Problem(what, plugin.name, str(reason)))
    return components, withheld, list(problems.values())


def _is_unmet(requirement: Requirement) -> bool:
    ours = canonical(requirement.name) == "vierbein" and requirement.applies
    return ours and not requirement.allows(vierbein.__version__)


def _obstacle(
    plugin: Plugin, entry: Entry, switch: str, unmet: Requirement | None
) -> tuple[str, VierbeinError] | None:
    name, core = (entry.kind, entry.name), vierbein.__version__
    if switch:
        return "off", DisabledError(*name, plugin.name, switch)
    if entry.api != API:
        return "api", OtherApiError(*name, str(plugin), entry.api, core, API)
    if unmet:
        return "requirement", UnmetRequirementError(*name, str(plugin), str(unmet), core)
    return None
