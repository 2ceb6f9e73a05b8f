"""The contract of safeguards."""

import json
import math
from collections.abc import Sequence
from typing import Any, ClassVar, Final

import numpy as np
from scipy import stats

from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict
from vierbein.testing.check import check
from vierbein.testing.component import ComponentContract
from vierbein.testing.demand import demand
from vierbein.testing.made_view import MadeView

MOST_FALSE_ALARMS: Final = 0.2
"""A safeguard that expects more says nothing when it warns."""

CHANCE: Final = 1e-3
"""Probability with which a safeguard that keeps its false-alarm rate is refused."""


class SafeguardContract(ComponentContract):
    """What a safeguard must do: `class TestMine(SafeguardContract): component = "mine"`.

    The kit makes runs in which nothing is wrong and runs in which the target domain is another
    world. A safeguard that looks for something else gives its own, by `null_view` and
    `planted_view`.
    """

    kind: ClassVar[str] = "safeguard"
    interface: ClassVar[type] = Safeguard
    num_null: ClassVar[int] = 30
    """Runs in which nothing is wrong."""
    num_planted: ClassVar[int] = 10
    """Runs in which something is."""
    least_power: ClassVar[float] = 0.8
    """Fraction of the planted failures that it must notice."""

    def null_view(self, seed: int) -> RunView:
        """Make a run in which nothing is wrong."""
        return MadeView(seed)

    def planted_view(self, seed: int) -> RunView:
        """Make a run with a failure that it must notice."""
        return MadeView(seed, is_planted=True)

    def question(self, view: RunView) -> list[Verdict]:
        """Build it and ask it."""
        return list(self.made().question(view))

    @check(since="0.1")
    def test_moment(self) -> None:
        """It says at which moment it asks."""
        moment = getattr(self.loaded(), "moment", None)
        demand(
            isinstance(moment, Moment),
            f"A safeguard has a `moment`, one of {', '.join(Moment)}.",
            f"Its moment is {moment!r}.",
            "Write into the class:  moment = Moment.ADAPTED",
        )

    @check(since="0.1")
    def test_verdicts_are_complete(self) -> None:
        """A verdict has an answer, a sentence, a finite figure in its interval, and a threshold."""
        for view in (self.null_view(0), self.planted_view(0)):
            verdicts = self.question(view)
            demand(
                len(verdicts) in {1, len(view.targets)},
                "A safeguard gives a verdict on each target domain, or one on the whole run.",
                f"It gave {len(verdicts)} on {len(view.targets)}.",
                "Return a list of them; none is no answer.",
            )
            for verdict in verdicts:
                self._complete(verdict)

    @check(since="0.1")
    def test_verdicts_survive_json(self) -> None:
        """A verdict with its pictures comes back from a report as it was."""
        for verdict in self.question(self.planted_view(0)):
            try:
                text = json.dumps(verdict.to_json(), allow_nan=False)
                again = json.loads(json.dumps(Verdict.from_json(json.loads(text)).to_json()))
            except (TypeError, ValueError) as error:
                text, again = str(error), None
            demand(
                again is not None and again == json.loads(text),
                "A verdict must survive JSON: it is stored in report.json.",
                f"{text[:200]}" if again is None else "It came back as another.",
                "Give Python's own numbers and lists: float(x), array.tolist(); no NaN.",
            )

    @check(since="0.1")
    def test_threshold_is_declared(self) -> None:
        """The threshold does not depend on what the target domain turns out to be."""
        null, planted = (self.question(view) for view in (self.null_view(1), self.planted_view(1)))
        for one, two in zip(null, planted, strict=True):
            demand(
                one.threshold == two.threshold,
                "A threshold is declared before the run: it depends on settings and sizes alone.",
                f"It is {one.threshold:g} where nothing is wrong, {two.threshold:g} where it is.",
                "Compute it from the settings, the source domain and numbers of events.",
            )

    @check(since="0.1")
    def test_false_alarm_rate(self) -> None:
        """Where nothing is wrong it warns no more often than it declares."""
        alarms, rates = [], []
        for seed in range(self.num_null):
            for verdict in self.question(self.null_view(seed)):
                alarms.append(verdict.answer != Answer.PASS)
                rates.append(verdict.false_alarm_rate)
        rate = float(np.mean(rates))
        demand(
            rate <= MOST_FALSE_ALARMS,
            f"A safeguard must expect to be wrong rarely: at most {MOST_FALSE_ALARMS:.0%}.",
            f"Its declared false-alarm rate is {rate:.3g}.",
            "Declare what its threshold really gives, or choose a threshold that is passed less.",
        )
        chance = float(stats.binom.sf(sum(alarms) - 1, len(alarms), rate))
        demand(
            chance >= CHANCE,
            f"Where nothing is wrong it must warn as rarely as it declares: {rate:.3g}.",
            f"It warned in {sum(alarms)} of {len(alarms)} clean runs; the chance of that is "
            f"{chance:.1g}.",
            "Calibrate the threshold on clean samples of the size that is questioned.",
        )

    @check(since="0.1")
    def test_power(self) -> None:
        """It notices a planted failure."""
        answers = []
        for seed in range(self.num_planted):
            verdicts = self.question(self.planted_view(seed))
            answers.append(any(verdict.answer != Answer.PASS for verdict in verdicts))
        demand(
            sum(answers) >= self.least_power * len(answers),
            f"It must notice at least {self.least_power:.0%} of the planted failures.",
            f"It noticed {sum(answers)} of {len(answers)}.",
            "If it looks for something else, plant that:  def planted_view(self, seed) -> RunView",
        )

    @check(since="0.1")
    def test_same_run_same_verdict(self) -> None:
        """Asked twice about a run, it gives the same verdict."""
        first, second = (_plain(self.question(self.planted_view(2))) for _ in range(2))
        demand(
            first == second,
            "The same run must have the same verdict.",
            "Two answers differ.",
            "Draw from a generator that is seeded by `view.seed`.",
        )

    @check(since="0.1")
    def test_leaves_the_run_alone(self) -> None:
        """It changes nothing of what it is shown."""
        view = self.null_view(3)
        names = [view.source, *view.targets]
        before = {name: _columns(view, name) for name in names}
        self.question(view)
        spoilt = [name for name in names if _columns(view, name) != before[name]]
        demand(
            not spoilt,
            "A safeguard must leave events as they are: others read them after it.",
            f"It changed events of {', '.join(spoilt)}.",
            "Make a new array instead of writing into the table's.",
        )

    def _complete(self, verdict: Verdict) -> None:
        figure = verdict.figure
        faults = {
            "its name is empty": not verdict.safeguard.strip(),
            "its answer is no Answer": not isinstance(verdict.answer, Answer),
            "it says no sentence": not verdict.sentence.strip(),
            f"its figure is {figure.value}": not math.isfinite(figure.value),
            f"its figure {figure.value:g} is outside [{figure.low:g}, {figure.high:g}]": not (
                figure.low <= figure.value <= figure.high
            ),
            f"its threshold is {verdict.threshold}": not math.isfinite(verdict.threshold),
            f"its false-alarm rate is {verdict.false_alarm_rate}": not (
                0 <= verdict.false_alarm_rate <= 1
            ),
        }
        found = [fault for fault, holds in faults.items() if holds]
        demand(
            not found,
            "A verdict must be complete: name, answer, sentence, figure, threshold, false alarms.",
            f"Of {verdict.safeguard!r}: {'; '.join(found)}.",
            "See vierbein.interfaces.safeguard.Verdict.",
        )


def _plain(verdicts: Sequence[Verdict]) -> list[Any]:
    return [verdict.to_json() for verdict in verdicts]


def _columns(view: RunView, domain: str) -> list[bytes]:
    tables = [view.events(domain, split) for split in ("train", "validation", "test")]
    return [
        column.tobytes()
        for table in tables
        for column in (table.p4, table.features, table.event_weight, *table.truth.values())
    ]
