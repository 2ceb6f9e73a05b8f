"""The registry: what is installed, found from metadata alone."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vierbein.errors.base import VierbeinError
from vierbein.errors.plugins import (
    ClashError,
    PluginNotInstalledError,
    UnknownComponentError,
    UnknownKindError,
)
from vierbein.registry.admission import admit, switches
from vierbein.registry.component import Component, canonical
from vierbein.registry.conf import Preset, conf_files
from vierbein.registry.kinds import KINDS, MULTI, SPECIAL, rank
from vierbein.registry.known import provider
from vierbein.registry.problem import Problem, Withheld
from vierbein.registry.setting import Setting
from vierbein.registry.walk import Plugin, walk


class Registry:
    """Every installed component, and what keeps others from being used.

    Parameters
    ----------
    plugins
        The distributions that offer components.
    components
        Components that can be chosen.
    withheld
        Components that cannot.
    problems
        What is wrong, clashes aside.
    path
        Folders that sources are looked for in before the import path.
    """

    def __init__(
        self,
        plugins: Iterable[Plugin] = (),
        components: Iterable[Component] = (),
        withheld: Iterable[Withheld] = (),
        problems: Iterable[Problem] = (),
        path: Sequence[str] | None = None,
    ) -> None:
        self.plugins = {plugin.name: plugin for plugin in plugins}
        self.components = tuple(sorted(components, key=lambda c: (rank(c.kind), c)))
        self._counts = Counter((c.kind, c.name) for c in self.components)
        self.withheld = tuple(sorted(withheld, key=lambda w: w.component))
        self.problems = tuple(sorted([*problems, *self._clashes()]))
        self._path = path
        self._settings: dict[Component, tuple[Setting, ...]] = {}

    def kinds(self) -> tuple[str, ...]:
        """Name today's kinds and those that plugins bring, in the order of the data's way."""
        brought = {c.kind for c in self.components} - set(SPECIAL)
        return tuple(sorted({*KINDS, *brought}, key=rank))

    def names(self, kind: str) -> tuple[str, ...]:
        """Name the components of a kind; a name that several offer stands once."""
        return tuple(sorted({c.name for c in self.components if c.kind == kind}))

    def kinds_of(self, asked: str) -> tuple[str, ...]:
        """Name the kinds in which `find` knows a name, if only to say why it cannot be chosen."""
        everything = [*self.components, *(withheld.component for withheld in self.withheld)]
        here = {c.kind for c in everything if _matches(c, c.kind, asked)}
        known = {kind for kind in KINDS if provider(kind, asked)}
        return tuple(sorted(here or known, key=rank))

    def packages(self) -> tuple[str, ...]:
        """Name the import packages of the plugins."""
        return tuple(sorted({c.package for c in self.components}))

    def find(self, kind: str, asked: str) -> Component:
        """Find the one component that is meant.

        Parameters
        ----------
        kind
            Its kind.
        asked
            Its name, or `dist/name` where several distributions offer it.

        Returns
        -------
        Component
            The component; nothing of its plugin has been imported.

        Raises
        ------
        ClashError
            If several plugins offer the name.
        VierbeinError
            If none does: misspelt, not installed, switched off, for another API or version.
        """
        offers = [c for c in self.components if _matches(c, kind, asked)]
        if len(offers) > 1:
            raise ClashError(kind, asked, {c.qualified: _origin(c) for c in offers})
        if offers:
            return offers[0]
        for withheld in self.withheld:
            if _matches(withheld.component, kind, asked):
                raise withheld.reason
        raise self._missing(kind, asked)

    def settings(self, component: Component) -> tuple[Setting, ...]:
        """Give a component's settings, imported only where its source is not plain.

        Parameters
        ----------
        component
            Whose settings.

        Returns
        -------
        tuple[Setting, ...]
            In the constructor's order, without what the run gives itself.

        Raises
        ------
        BrokenPluginError
            If it must be imported and cannot be.
        """
        from vierbein.registry.signature import from_source  # noqa: PLC0415
        from vierbein.registry.source import NotPlainError  # noqa: PLC0415

        if component.kind in SPECIAL:
            return ()
        if component not in self._settings:
            try:
                settings = from_source(component.kind, component.target, self._path)
            except NotPlainError:
                settings = self.imported_settings(component)
            self._settings[component] = settings
        return self._settings[component]

    def imported_settings(self, component: Component) -> tuple[Setting, ...]:
        """Give a component's settings as its imported class has them."""
        from vierbein.registry.imported import from_class  # noqa: PLC0415

        return from_class(component.kind, self.load(component))

    def load(self, component: Component) -> Any:
        """Import a component.

        Parameters
        ----------
        component
            What to import.

        Returns
        -------
        Any
            Its class; the module for hooks and commands.

        Raises
        ------
        BrokenPluginError
            If that fails, with the reason, its file and line; the cause is kept.
        """
        from vierbein.registry.loading import load  # noqa: PLC0415

        return load(component, self.plugins[component.distribution])

    def summary(self, component: Component) -> str:
        """Say in a line what a component is, from its source; "" if that is not cheap."""
        from vierbein.registry.summary import summary  # noqa: PLC0415

        return summary(component.target, self._path)

    def about(self, component: Component) -> tuple[str, str]:
        """Give the first paragraph of a component's docstring, and `file:line` of its class."""
        from vierbein.registry.summary import about  # noqa: PLC0415

        return about(component.target, self._path)

    def presets(self, kind: str) -> dict[str, Preset]:
        """Collect the presets of a kind; nothing is imported."""
        return conf_files(kind, self.components, self._path)

    def sets(self, kind: str) -> dict[str, Preset]:
        """Collect those presets of a side-by-side kind that stand for several components."""
        presets = self.presets(kind).items() if kind in MULTI else ()
        return {name: preset for name, preset in presets if len(preset.names) > 1}

    def experiments(self) -> dict[str, Path]:
        """Collect the experiments that plugins bring; nothing is imported."""
        files = conf_files("experiment", self.components, self._path)
        return {name: preset.path for name, preset in files.items()}

    def shortest(self, component: Component) -> str:
        """Write a component's name as it must be typed: with its distribution after a clash."""
        is_alone = self._counts[component.kind, component.name] == 1
        return component.name if is_alone else component.qualified

    def _clashes(self) -> Iterator[Problem]:
        for (kind, name), count in self._counts.items():
            if count > 1:
                offers = [c for c in self.components if (c.kind, c.name) == (kind, name)]
                error = ClashError(kind, name, {c.qualified: _origin(c) for c in offers})
                yield Problem("clash", ", ".join(c.distribution for c in offers), str(error))

    def _missing(self, kind: str, asked: str) -> VierbeinError:
        if kind not in (*self.kinds(), *SPECIAL):
            return UnknownKindError(kind, self.kinds())
        from vierbein.registry.stale import stale  # noqa: PLC0415

        name = asked.rpartition("/")[2]
        for _, error in stale(self.plugins.values()):
            if any(entry.startswith(f"{kind}={name} ") for entry in error.added):
                return error
        distribution = provider(kind, name)
        if distribution and distribution not in map(canonical, self.plugins):
            return PluginNotInstalledError(kind, name, distribution)
        presets = self.presets(kind)
        rivals = {key: str(p.path) for key, p in presets.items() if key.endswith(f"/{asked}")}
        if rivals:
            return ClashError(kind, asked, rivals)
        choices = [*self.names(kind), *presets]
        elsewhere = [k for k in self.kinds() if k != kind and name in self.names(k)]
        return UnknownComponentError(kind, asked, choices, elsewhere)


def _matches(component: Component, kind: str, asked: str) -> bool:
    distribution, slash, name = asked.rpartition("/")
    same = not slash or canonical(component.distribution) == canonical(distribution)
    return same and (component.kind, component.name) == (kind, name)


def _origin(component: Component) -> str:
    return f"{component.distribution} {component.version} ({component.target})"


def installed(
    environ: Mapping[str, str] = os.environ, path: Sequence[str] | None = None
) -> Registry:
    """Find what is installed, importing nothing of it.

    Parameters
    ----------
    environ
        Where `VIERBEIN_DISABLE_PLUGINS` and `VIERBEIN_PLUGINS` are looked up: names of
        distributions, with commas between them.
    path
        Folders to look in; the import path if None.

    Returns
    -------
    Registry
        The same for the same installation, in whatever order its folders are read.
    """
    found = sorted(walk(path), key=str)
    plugins = [plugin for plugin in found if isinstance(plugin, Plugin)]
    said = switches(environ)
    problems = [
        *(p for p in found if isinstance(p, Problem)),
        *said.problems(plugins),
    ]
    components, withheld = [], []
    for plugin in plugins:
        usable, others, reasons = admit(plugin, said.switch_of(plugin))
        components += usable
        withheld += others
        problems += reasons
    return Registry(plugins, components, withheld, problems, path)
