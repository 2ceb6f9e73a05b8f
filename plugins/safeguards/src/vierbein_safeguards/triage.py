"""Triage: what is lost where a fast network chooses the events that a slow one sees."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray

from vierbein.errors.runs import StageMissingError
from vierbein.events.table import EventTable
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.network import Network
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict
from vierbein_safeguards.calibration import Calibration
from vierbein_safeguards.cascade import Cascade, efficiency, num_selected, selected_share
from vierbein_safeguards.errors import NotThereError, OutOfRangeError
from vierbein_safeguards.evaluated import evaluate
from vierbein_safeguards.judged import Judged, half_power_ratios, picture, savings
from vierbein_safeguards.monitor import Mahalanobis, Scores
from vierbein_safeguards.ranges import require_between, require_from

_CHEAP: Final = ("smaller_twin", "twin_equal_steps", "zero_shot")
_ADVICE: Final = (
    "Raise safeguard.triage.budget, or let a bigger network choose: the picture shows what each "
    "budget would keep."
)

Scorer = Callable[[EventTable], Scores]


class Triage(Safeguard):
    """Lets a fast network choose which events a slow one confirms, and counts what is lost.

    The slow method is the fine-tuned network, the fast one the cheapest that the run has trained.
    Each scores events by how unlike the labelled sample they are in its own representation, or by a
    score of the task. The operating point is chosen on the target domain's validation split and
    judged on its test split, where the slow method answers for every event; no truth is read.
    A random stream, which the slow method sees besides, is what tells the same efficiency later,
    when it no longer answers for all.

    It warns and fails where an efficiency is significantly too low: of the domain's own events, or
    of a signal of the run's bank. Looking at several is paid for by Bonferroni's correction.

    Parameters
    ----------
    budget
        Share of events that the slow method may see, the stream included.
    pass_through
        Share of the stream.
    kept
        Share of events that the slow method alone keeps.
    score
        Of the task, by which both methods select; the OOD score if empty.
    warn_below
        Efficiency of the domain's events that a cascade without fault has at least.
    fail_below
        A smaller one fails; a signal's warns.
    false_alarm_rate
        Largest probability of a warning where no efficiency is too low.
    max_events
        How many events of each split are used.

    Raises
    ------
    OutOfRangeError
        If a setting is a number that makes no sense.
    """

    moment = Moment.COMPARED

    def __init__(
        self,
        *,
        budget: float = 0.1,
        pass_through: float = 0.02,
        kept: float = 0.02,
        score: str = "",
        warn_below: float = 0.8,
        fail_below: float = 0.5,
        false_alarm_rate: float = 0.025,
        max_events: int = 4000,
    ) -> None:
        shares = {"budget": budget, "pass_through": pass_through, "kept": kept}
        shares |= {"warn_below": warn_below, "false_alarm_rate": false_alarm_rate}
        require_between("a share", 1, **shares)
        if not pass_through < budget:
            raise OutOfRangeError("pass_through", pass_through, f"less than the budget, {budget}")
        if not 0 <= fail_below < warn_below:
            raise OutOfRangeError("fail_below", fail_below, f"at least 0, less than {warn_below}")
        require_from(1, max_events=max_events)
        self._budget, self._pass_through, self._kept = budget, pass_through, kept
        self._score, self._max_events = score, max_events
        self._warn_below, self._fail_below = warn_below, fail_below
        self._false_alarm_rate = false_alarm_rate

    def question(self, view: RunView) -> list[Verdict]:
        """Give a verdict on each target domain.

        Parameters
        ----------
        view
            The run.

        Returns
        -------
        list
            Verdicts in the order of the run's target domains.

        Raises
        ------
        NotThereError
            If the task has no such score.
        """
        if self._score and self._score not in view.task.score_names:
            raise NotThereError("score", self._score, tuple(view.task.score_names))
        return [self._verdict(view, domain) for domain in view.targets]

    def _verdict(self, view: RunView, domain: str) -> Verdict:
        seed = view.seeds[0]
        validation, test = (
            self._first(view.events(domain, split)) for split in ("validation", "test")
        )
        needed = Calibration(0, self._kept).needed
        share = selected_share(self._budget, self._pass_through)
        if len(validation) < needed or not num_selected(len(validation), share) or not len(test):
            why = f"{len(validation)} validation and {len(test)} test events are too few"
            return self._unknown(domain, why)
        slow = view.trained(domain, "fine_tuned", seed)
        fast, arm = _cheapest(view, domain, seed, test)
        familiar = view.labelled(domain, seed).train
        scorers = [self._scorer(view, network, familiar) for network in (fast, slow)]
        cascade = Cascade.within(
            self._budget,
            *(scorer(validation) for scorer in scorers),
            kept=self._kept,
            pass_through=self._pass_through,
            seed=view.seed,
        )
        bank = view.anomalies(domain)
        level = 1 - 2 * self._false_alarm_rate / (1 + len(bank))

        def judged(name: str, events: EventTable) -> Judged:
            fast_scores, slow_scores = (scorer(events) for scorer in scorers)
            selected, kept = cascade.selects(fast_scores), cascade.keeps(slow_scores)
            figure = efficiency(f"efficiency of the fast cut: {name}", selected, kept, level)
            return Judged(name, fast_scores, selected, kept, figure)

        own = judged(domain, test)
        signals = [
            judged(name, self._first(events)) for name, events in bank.items() if len(events)
        ]
        if not self._tells(int(own.kept.sum()), level):
            return self._unknown(domain, f"the slow method keeps only {own.kept.sum()} events")
        stream = cascade.passes(test.ids)
        seen = own.selected | stream
        cost = savings(view.flops(fast, test), view.flops(slow, test), float(seen.mean()))
        further = [
            efficiency(
                "efficiency, as the random stream alone tells it",
                own.selected[stream],
                own.kept[stream],
            ),
            efficiency("events that the slow method sees", seen, np.ones_like(seen)),
            *cost,
            *(signal.efficiency for signal in signals),
            *half_power_ratios(own, signals, view.seed),
        ]
        answer = self._answer(own, signals)
        return Verdict(
            f"triage: {domain}",
            answer,
            self._sentence(own, signals, f"{arm}, {1 / max(seen.mean(), 1e-9):.3g} times fewer"),
            own.efficiency,
            self._warn_below,
            self._false_alarm_rate,
            further,
            [picture(own, signals, self._budget, self._warn_below)],
            "" if answer is Answer.PASS else _ADVICE,
        )

    def _first(self, events: EventTable) -> EventTable:
        return events.choose(np.arange(min(len(events), self._max_events)))

    def _scorer(self, view: RunView, network: Network, familiar: EventTable) -> Scorer:
        if not self._score:
            monitor = Mahalanobis(evaluate(network, familiar).pooled)
            return lambda events: monitor.scores(evaluate(network, events).pooled)
        column = list(view.task.score_names).index(self._score)

        def score(events: EventTable) -> Scores:
            scores = view.task.scores(torch.from_numpy(evaluate(network, events).prediction))
            chosen: Float[NDArray[np.float64], " event"] = scores[:, column].double().numpy()
            return chosen

        return score

    def _tells(self, num: int, level: float) -> bool:
        """Say whether a cascade that fails could be told from a good one by so many events."""
        kept = np.ones(num, dtype=bool)
        bad = np.arange(num) < np.floor(self._fail_below * num)
        return efficiency("", bad, kept, level).high < self._warn_below

    def _answer(self, own: Judged, signals: Sequence[Judged]) -> Answer:
        if own.efficiency.high < self._fail_below:
            return Answer.FAIL
        lost = any(signal.efficiency.high < self._fail_below for signal in signals)
        return Answer.WARN if lost or own.efficiency.high < self._warn_below else Answer.PASS

    def _sentence(self, own: Judged, signals: Sequence[Judged], saved: str) -> str:
        figure, kept = own.efficiency, int(own.kept.sum())
        said = (
            f"{own.name}: the fast cut hands on {figure.value:.1%} "
            f"[{figure.low:.1%}, {figure.high:.1%}] of the {kept} events that the slow method "
            f"alone keeps ({saved} slow evaluations)"
        )
        halved = [s.name for s in signals if s.kept.any() and s.efficiency.value < self._fail_below]
        if halved:
            said += f"; it loses more than {1 - self._fail_below:.0%} of {', '.join(halved)}"
        return f"{said}."

    def _unknown(self, domain: str, why: str) -> Verdict:
        return Verdict(
            f"triage: {domain}",
            Answer.WARN,
            f"{domain}: nothing can be said of a cascade, because {why}.",
            Figure(f"efficiency of the fast cut: {domain}", 0.0, 0.0, 1.0),
            self._warn_below,
            1.0,
            advice="Take more events, or let the slow method keep more (safeguard.triage.kept).",
        )


def _cheapest(view: RunView, domain: str, seed: int, events: EventTable) -> tuple[Network, str]:
    """Give the cheapest network of the arms that the run has, and its arm."""
    found: list[tuple[float, int, str, Network]] = []
    for place, arm in enumerate(_CHEAP):
        try:
            network = view.trained(domain, arm, seed)
        except StageMissingError:
            continue
        found.append((view.flops(network, events), place, arm, network))
    if not found:
        raise StageMissingError("question", "compare")
    _, _, arm, network = min(found, key=lambda each: each[:2])
    return network, arm.replace("_", " ")
