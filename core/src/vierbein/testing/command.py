"""The contract of commands."""

import argparse
import contextlib
import io
from typing import ClassVar

from vierbein.testing.check import check
from vierbein.testing.contract import Contract
from vierbein.testing.demand import demand
from vierbein.testing.lightness import heavy


class CommandContract(Contract):
    """What a module with a command must do: `class TestMine(CommandContract): component = "x"`."""

    kind: ClassVar[str] = "command"

    @classmethod
    def _has_face(cls) -> bool:
        return False

    @check(since="0.1")
    def test_adds_its_command(self) -> None:
        """`add(subparsers)` adds a parser of the entry point's name, with a line of help."""
        actions = self._added()
        demand(
            [action.dest for action in actions] == [self.component],
            f"`add` must add the command {self.component!r}, and no other.",
            f"It adds {', '.join(action.dest for action in actions) or 'nothing'}.",
            f'parser = subparsers.add_parser("{self.component}", help="...")',
        )
        demand(
            (actions[0].help or "").strip(),
            "A command must say in a line what it does.",
            f"{self.component!r} has no help.",
            f'subparsers.add_parser("{self.component}", help="...")',
        )

    @check(since="0.1")
    def test_runs(self) -> None:
        """It has `run(arguments)`, which gives the exit status."""
        demand(
            callable(getattr(self.loaded(), "run", None)),
            "A command's module must have `run(arguments) -> int`.",
            "It has none.",
            "def run(arguments: argparse.Namespace) -> int: ...; return 0",
        )

    @check(since="0.1")
    def test_gives_help(self) -> None:
        """`vierbein NAME --help` prints its arguments."""
        parser = argparse.ArgumentParser()
        self.loaded().add(parser.add_subparsers())
        with contextlib.redirect_stdout(io.StringIO()) as said:
            try:
                parser.parse_args([self.component, "--help"])
                status: object = "no end"
            except SystemExit as end:
                status = end.code
        demand(
            status == 0 and self.component in said.getvalue(),
            f"`vierbein {self.component} --help` must print help and end with 0.",
            f"It ended with {status}.",
            "Write % as %% in help texts.",
        )

    @check(since="0.1")
    def test_help_is_light(self) -> None:
        """Importing its module and adding its parser pulls in nothing heavy."""
        module = self.owner().module
        program = (
            f"import argparse, {module}\n{module}.add(argparse.ArgumentParser().add_subparsers())"
        )
        pulled = heavy(program)
        demand(
            not pulled,
            f"`vierbein {self.component} --help` must be quick.",
            f"It imports {', '.join(pulled)}.",
            "Import what the command needs inside `run`.",
        )

    def _added(self) -> list[argparse.Action]:
        subparsers = argparse.ArgumentParser().add_subparsers()
        self.loaded().add(subparsers)
        return list(subparsers._choices_actions)  # noqa: SLF001 - argparse has no other way
