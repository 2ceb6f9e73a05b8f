"""The stage in which safeguards question the run."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.progress import bar
from vierbein.experiment.stages.question import asked_at, question, seconds
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict
from vierbein.registry.installed import Registry


class Asks(Safeguard):
    """Says how often it was asked; the n-th time it is interrupted."""

    moment = Moment.ADAPTED

    def __init__(self, interrupted_at: int = 0) -> None:
        self.interrupted_at, self.times = interrupted_at, 0

    def question(self, view: Any) -> list[Verdict]:
        del view
        self.times += 1
        if self.times == self.interrupted_at:
            raise KeyboardInterrupt
        figure = Figure("times", self.times, self.times, self.times)
        return [Verdict("asks: there", Answer.PASS, "Asked.", figure, 1.0, 0.0)]


class Later(Asks):
    moment = Moment.COMPARED


def assembled(folder: Path, **safeguards: Safeguard) -> Assembly:
    compare = SimpleNamespace(sizes=[10])
    parts = {
        "folder": folder,
        "safeguards": safeguards,
        "settings": SimpleNamespace(seed=0, compare=compare),
        "source": SimpleNamespace(name="here"),
    }
    return type("Assembled", (Assembly,), parts)({}, Registry())


def asked(assembly: Assembly, moment: Moment = Moment.ADAPTED) -> tuple[list[Verdict], list[Any]]:
    seen: list[Any] = []
    verdicts = question(assembly, moment, {}, lambda amount=1, part="": seen.append(part or amount))
    return verdicts, seen


def test_each_is_named_before_it_is_asked_and_counted_when_it_has_answered(tmp_path: Path) -> None:
    assembly = assembled(tmp_path, first=Asks(), strict=Asks(), later=Later())
    assert asked_at(assembly, Moment.ADAPTED, Moment.COMPARED) == [
        (name, "") for name in ("first", "strict", "later")
    ]
    verdicts, seen = asked(assembly)
    assert seen == ["first", 1, "strict", 1]
    assert [verdict.chosen for verdict in verdicts] == ["first", "strict"]
    assert [verdict.chosen for verdict in asked(assembly, Moment.COMPARED)[0]] == ["later"]


def test_one_that_is_interrupted_is_asked_again_and_the_others_are_not(tmp_path: Path) -> None:
    first, second = Asks(), Asks(interrupted_at=1)
    assembly = assembled(tmp_path, first=first, second=second)
    with pytest.raises(KeyboardInterrupt):
        asked(assembly)
    assert set(seconds(assembly)) == {"first"}  # what it took is not forgotten
    before = seconds(assembly)["first"]
    assert [verdict.chosen for verdict in asked(assembly)[0]] == ["first", "second"]
    assert (first.times, second.times) == (1, 2)
    assert seconds(assembly)["first"] == before
    assert set(seconds(assembly)) == {"first", "second"}


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_bar_names_the_part_that_is_begun(is_terminal: bool) -> None:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=is_terminal, width=80)
    with bar("question", 2, console) as advance:
        advance(0, "stress_test")
        advance()
        advance(0, "rotation")
        advance()
    text = shown.getvalue()
    assert text.index("question   stress_test") < text.index("question   rotation")
    assert ("2/2" if is_terminal else "2 of 2") in text
