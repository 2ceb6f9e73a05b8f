"""Collect the contracts of every component of a distribution."""

from collections.abc import Iterator

import pytest

from vierbein.errors.plugins import UnknownDistributionError
from vierbein.registry.component import Component, canonical
from vierbein.registry.installed import installed
from vierbein.testing.contract import Contract
from vierbein.testing.kinds import contract_of


class Everything(pytest.Module):
    """What `vierbein.testing.all` is to pytest: a class of tests for each component."""

    def collect(self) -> Iterator[pytest.Class]:
        """Give the classes.

        Yields
        ------
        pytest.Class
            One for each component of the distributions that the command names.

        Raises
        ------
        CollectError
            If it names none, or one that is not installed.
        """
        asked = self.config.getoption("vierbein_plugin")
        if not asked:
            message = (
                "vierbein.testing.all must be told whose contracts to run.\n"
                "  No distribution was named.\n"
                "  pytest --pyargs vierbein.testing.all --vierbein-plugin DIST"
            )
            raise self.CollectError(message)
        for distribution in asked:
            for component in self._components(distribution):
                made = tests_of(component)
                setattr(self.obj, made.__name__, made)
                yield pytest.Class.from_parent(self, name=made.__name__)

    def _components(self, distribution: str) -> list[Component]:
        registry = installed()
        everything = [*registry.components, *(w.component for w in registry.withheld)]
        wanted = canonical(distribution)
        found = [c for c in everything if canonical(c.distribution) == wanted]
        if not found:
            names = sorted({c.distribution for c in everything})
            raise self.CollectError(str(UnknownDistributionError(distribution, names)))
        return found


def tests_of(component: Component) -> type[Contract]:
    """Make the class that an author would write for a component."""
    words = [*component.kind.split("_"), *component.name.replace("-", "_").split("_")]
    name = f"Test{''.join(word.capitalize() for word in words)}"
    body = {
        "kind": component.kind,
        "component": component.name,
        "distribution": component.distribution,
        "__module__": __name__,
    }
    return type(name, (contract_of(component.kind),), body)
