"""What every component must do, whatever its kind."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar

from vierbein.errors.base import VierbeinError
from vierbein.registry.component import Component
from vierbein.registry.installed import Registry, installed
from vierbein.registry.stale import stale
from vierbein.registry.walk import Plugin
from vierbein.testing.check import check
from vierbein.testing.demand import demand, refuse
from vierbein.testing.lightness import heavy

NOTHING: Mapping[str, Any] = MappingProxyType({})


@cache
def _installed(contract: str) -> Registry:
    """Look once for each class of tests what is installed."""
    del contract
    return installed()


class Contract:
    """What every component must do; a contract of a kind inherits it.

    An author inherits the contract of the kind, and says which component is meant.
    """

    is_vierbein_contract: ClassVar[bool] = True
    kind: ClassVar[str]
    """What the component is."""
    component: ClassVar[str] = ""
    """Its entry point's name."""
    distribution: ClassVar[str] = ""
    """The distribution that is meant, where several offer the name."""
    settings: ClassVar[Mapping[str, Any]] = NOTHING
    """Settings that it is built with; defaults where nothing is said."""
    expected_failures: ClassVar[Mapping[str, str]] = NOTHING
    """Name of a check -> why it fails today; one that passes again is reported."""

    @classmethod
    def registry(cls) -> Registry:
        """Give what is installed."""
        return _installed(f"{cls.__module__}.{cls.__qualname__}")

    @classmethod
    def asked(cls) -> str:
        """Give the name by which the component is looked for."""
        return f"{cls.distribution}/{cls.component}" if cls.distribution else cls.component

    @classmethod
    def owner(cls) -> Component:
        """Find the component among what is installed."""
        demand(
            cls.component,
            f"{cls.__name__} must say which {cls.kind} it tests.",
            "It sets no `component`.",
            'Write the entry point\'s name into the class:  component = "mine"',
        )
        try:
            return cls.registry().find(cls.kind, cls.asked())
        except VierbeinError as error:
            asked, _, rest = str(error).partition("\n")
            refuse(asked, rest.strip(), "After a change of entry points:  pip install -e .")

    @classmethod
    def plugin(cls) -> Plugin:
        """Give the distribution that offers it."""
        return cls.registry().plugins[cls.owner().distribution]

    @classmethod
    def loaded(cls) -> Any:
        """Import it."""
        try:
            return cls.registry().load(cls.owner())
        except VierbeinError as error:
            asked, _, rest = str(error).partition("\n")
            refuse(asked, rest.strip(), "The contract asks nothing more until it can be imported.")

    @check(since="0.1")
    def test_is_compatible(self) -> None:
        """It is installed once, for this plugin API and this version of vierbein."""
        self.owner()
        for _, error in stale([self.plugin()]):
            asked, _, rest = str(error).partition("\n")
            refuse(asked, rest.strip(), "Then run the tests again.")

    @check(since="0.1")
    def test_declares_vierbein(self) -> None:
        """Its distribution declares from which version of vierbein on it works."""
        plugin = self.plugin()
        bounds = [str(r) for r in plugin.requirements if r.name == "vierbein" and r.applies]
        demand(
            any(sign in bound for bound in bounds for sign in (">=", "==", "~=")),
            f"{plugin} must declare the oldest vierbein that it works with.",
            f"It declares {', '.join(bounds) or 'no vierbein at all'}.",
            'In pyproject.toml:  dependencies = ["vierbein>=0.1,<0.2"]',
        )

    @check(since="0.1")
    def test_has_a_docstring(self) -> None:
        """It says in one line what it is."""
        own = vars(self.loaded()).get("__doc__") or ""
        demand(
            own.strip().partition("\n")[0].strip(),
            f"{self.kind} {self.component} must say what it is: lists and reports show the line.",
            "Its class or module has no docstring of its own.",
            "Begin it with one sentence in triple quotes.",
        )

    @check(since="0.1")
    def test_imports_lightly(self) -> None:
        """Importing its package pulls in nothing heavy: its modules do, when they are used."""
        owner = self.owner()
        alone = owner.module == owner.package  # one module: the interface's own imports are granted
        granted = (
            f"import vierbein.interfaces.{self.kind}" if alone and self._has_face() else "pass"
        )
        pulled = heavy(f"import {owner.package}", granted)
        demand(
            not pulled,
            f"Importing the package {owner.package} must be quick.",
            f"It imports {', '.join(pulled)}.",
            f"Leave nothing but a docstring in {owner.package}/__init__.py; import in its modules.",
        )

    @classmethod
    def _has_face(cls) -> bool:
        return True
