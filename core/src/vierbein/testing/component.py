"""What every component that is a class must do: its settings are its constructor's parameters."""

import inspect
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import yaml  # type: ignore[import-untyped]

from vierbein.config.build import build
from vierbein.config.compose import compose
from vierbein.config.configuration import checked
from vierbein.config.plain import COMPONENT, plain
from vierbein.errors.base import VierbeinError
from vierbein.registry.check import check_component
from vierbein.registry.kinds import MULTI
from vierbein.testing.check import check
from vierbein.testing.contract import NOTHING, Contract
from vierbein.testing.demand import demand, refuse


@dataclass
class Root:
    """A configuration with nothing in it but what is chosen."""


class ComponentContract(Contract):
    """What a class that is chosen by a configuration must do."""

    interface: ClassVar[type]
    """The abstract class of the kind."""

    @classmethod
    def made(cls, settings: Mapping[str, Any] = NOTHING, **runtime: Any) -> Any:
        """Build it as a run does, with its settings and others."""
        node = {COMPONENT: f"{cls.kind}/{cls.owner().qualified}", **cls.settings, **settings}
        try:
            return build(node, cls.registry(), **runtime)
        except VierbeinError as error:
            asked, _, rest = str(error).partition("\n")
            refuse(asked, rest.strip(), "Give what it needs in the class:  settings = {...}")

    @check(since="0.1")
    def test_implements_its_interface(self) -> None:
        """It inherits the interface of its kind, and leaves none of it out."""
        made = self.loaded()
        demand(
            issubclass(made, self.interface),
            f"A {self.kind} must inherit {self.interface.__module__}.{self.interface.__name__}.",
            f"{made.__name__} inherits {', '.join(base.__name__ for base in made.__bases__)}.",
            f"Write:  class {made.__name__}({self.interface.__name__}):",
        )
        lacking = sorted(getattr(made, "__abstractmethods__", ()))
        demand(
            not lacking,
            f"A {self.kind} must give all that its interface asks for.",
            f"{made.__name__} lacks {', '.join(lacking)}.",
            "Write those methods; the interface's docstrings say what they do.",
        )

    @check(since="0.1")
    def test_settings_are_typed(self) -> None:
        """Every setting has a type that a configuration can hold, and none hides in **kwargs."""
        signature = inspect.signature(self.loaded())
        hidden = [
            str(p)
            for p in signature.parameters.values()
            if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        ]
        demand(
            not hidden,
            f"Every setting of {self.component} must be a parameter of its constructor.",
            f"The constructor takes {', '.join(hidden)}.",
            "Write each of them out, with its type.",
        )
        self._refuse_problems("class")

    @check(since="0.1")
    def test_settings_have_meanings(self) -> None:
        """The docstring's Parameters section says what each setting means."""
        unsaid = [s.name for s in self.registry().imported_settings(self.owner()) if not s.meaning]
        demand(
            not unsaid,
            f"`vierbein plugins show {self.component}` must say what each setting means.",
            f"Nothing is said of {', '.join(unsaid)}.",
            "Add them to the Parameters section of the class's docstring (NumPy style).",
        )

    @check(since="0.1")
    def test_source_agrees_with_class(self) -> None:
        """The settings read from the source are those of the imported class."""
        self._refuse_problems("settings")

    @check(since="0.1")
    def test_configuration_round_trip(self) -> None:
        """Its settings survive a file, the composition, and a run's stored configuration."""
        owner = self.owner()
        chosen: Any = [owner.qualified] if self.kind in MULTI else owner.qualified
        given = plain(self.whole_settings())
        placed = {owner.name: given} if self.kind in MULTI else given
        content: dict[str, Any] = {"defaults": [{f"override /{self.kind}": chosen}, "_self_"]}
        content |= {self.kind: placed} if given else {}
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "conf", "experiment", "contract.yaml")
            file.parent.mkdir(parents=True)
            file.write_text(f"# @package _global_\n{yaml.safe_dump(content)}", encoding="utf-8")
            try:
                made = compose(
                    Root, ["experiment=contract"], registry=self.registry(), folder=Path(folder)
                )
            except VierbeinError as error:
                asked, _, rest = str(error).partition("\n")
                refuse(asked, rest.strip(), "Give what it needs in the class:  settings = {...}")
        composed = plain(made.config)
        stored = json.loads(json.dumps(composed))
        again = plain(checked(stored, Root, self.registry()))
        node = composed[self.kind][owner.name] if self.kind in MULTI else composed[self.kind]
        lost = {key: value for key, value in given.items() if node[key] != value}
        demand(
            again == composed and not lost,
            f"The settings of {self.component} must come back from a configuration as they were.",
            f"{lost or composed} became {node if lost else again}.",
            "Use plain data as settings: numbers, text, booleans, lists and dicts of them.",
        )

    @check(since="0.1")
    def test_builds(self) -> None:
        """It is built from its settings, as an object of its own class."""
        made = self.example()
        demand(
            isinstance(made, self.loaded()),
            f"Building {self.component} must give an object of its class.",
            f"It gave a {type(made).__name__}.",
            "Let the entry point name the class itself.",
        )

    def whole_settings(self) -> dict[str, Any]:
        """Give its settings, and those without a default that the kit can give."""
        return dict(self.settings)

    def example(self) -> Any:
        """Build one with what a run would give it."""
        return self.made()

    def _refuse_problems(self, what: str) -> None:
        for problem in check_component(self.registry(), self.owner()):
            if problem.what == what:
                asked, _, rest = problem.message.partition("\n")
                refuse(asked, rest.strip(), "It is the author's to mend.")
