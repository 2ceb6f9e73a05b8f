"""Cross-check: the same question, answered by a pipeline that shares nothing with the networks."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import stats

from vierbein.interfaces.figure import Figure, Line, Picture
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict
from vierbein_safeguards import independent
from vierbein_safeguards.classes import Classes
from vierbein_safeguards.fractions import Difference, Resampled
from vierbein_safeguards.independence import require_independent
from vierbein_safeguards.ranges import require_between, require_from
from vierbein_safeguards.two_pipelines import TwoPipelines

_SEPARATED = 4.0
"""Standard deviations by which classes must be told apart for there to be an answer."""
_SEEN = float(stats.norm.ppf(0.975) + stats.norm.ppf(0.9))
"""Standard deviations of a difference that is noticed nine times in ten."""
_JUDGED = 20
"""For so many replicas of the comparison, one of the metric, which takes longer."""
_DIFFER = "One of the two is wrong: look at the events that they call differently."
_NAME = "p-value of the difference between the pipelines"


class CrossCheck(Safeguard):
    """Asks an independent pipeline what fraction of the target events belongs to each class.

    Both pipelines learned from the same labelled events. Each estimates the fractions in the target
    domain's test split, without its truth, by how it answers the labelled events that chose
    checkpoints. That is consistent for any classifier, so that two differ by fluctuation only; and
    as both see the same events, how much they may is found by resampling the events of both at
    once.

    The other pipeline is boosted trees on numpy's summaries of the particles. It may import no
    more than the adapter's events, which is checked whenever this safeguard is built. Events count
    alike, whatever their event weights.

    Parameters
    ----------
    false_alarm_rate
        Probability with which a difference in the whole sample is warned of where nothing is wrong.
    slice_false_alarm_rate
        The same of slices, of all of them together.
    fail_below
        A p-value that fails.
    slices
        Into how many slices of equal numbers of events each observable is cut; 0 for none.
    least_events
        Labelled events of each class that a slice needs.
    replicas
        Of the bootstrap.
    max_events
        How many test events are used.

    Raises
    ------
    OutOfRangeError
        If a setting is a number that makes no sense.
    NotIndependentError
        If the pipeline is not independent.
    """

    moment = Moment.COMPARED
    asks_students = True

    def __init__(
        self,
        *,
        false_alarm_rate: float = 0.05,
        slice_false_alarm_rate: float = 0.01,
        fail_below: float = 0.001,
        slices: int = 3,
        least_events: int = 30,
        replicas: int = 2000,
        max_events: int = 4000,
    ) -> None:
        rates = {
            "false_alarm_rate": false_alarm_rate,
            "slice_false_alarm_rate": slice_false_alarm_rate,
            "fail_below": fail_below,
        }
        require_between("a probability", 1, **rates)
        require_from(0, slices=slices)
        require_from(1, max_events=max_events)
        require_from(2, least_events=least_events)
        # Fewer replicas could not tell of a p-value as small as is asked for.
        require_from(math.ceil(1 / min(rates.values())), replicas=replicas)
        require_independent(Path(independent.__file__))
        self._rate, self._slice_rate = false_alarm_rate, slice_false_alarm_rate
        self._fail_below, self._slices = fail_below, slices
        self._least_events, self._replicas, self._max_events = least_events, replicas, max_events

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
        """
        return [self._verdict(view, domain) for domain in view.targets]

    def _verdict(self, view: RunView, domain: str) -> Verdict:
        test = view.events(domain, "test")
        test = test.choose(np.arange(min(len(test), self._max_events)))
        if not len(test):
            return self._silent(domain, "there are no test events")
        classes = Classes.of(view.task, view.labelled(domain, view.seeds[0]).validation)
        if classes is None:
            return self._silent(domain, "the task tells no classes apart, so none can be counted")
        asked = TwoPipelines.asked(view, domain, classes, test)
        rng = np.random.default_rng([view.seed, 4])
        resampled = Resampled.drawn(len(asked.labelled), len(test), self._replicas, rng)
        whole = asked.compare(resampled, [asked.everywhere])
        judged = asked.judged(view, self._replicas // _JUDGED)
        for name, (found,) in (("network", whole.first), ("independent pipeline", whole.second)):
            if found.separation < _SEPARATED:
                why = f"the {name} cannot tell the labelled events' classes apart; label more"
                return self._silent(domain, why, judged)
        slices = asked.slices(view, self._slices, self._least_events)
        sliced = asked.compare(resampled, list(slices.values()))
        told_apart = sliced.separation >= _SEPARATED
        names = [name for name, is_kept in zip(slices, told_apart, strict=True) if is_kept]
        sliced = sliced.among(told_apart)
        return self._said(domain, asked, whole, sliced, names, judged)

    def _said(
        self,
        domain: str,
        asked: TwoPipelines,
        whole: Difference,
        sliced: Difference,
        slices: list[str],
        judged: list[Figure],
    ) -> Verdict:
        p, names = whole.p_value(_NAME), asked.classes.names
        in_slices = sliced.p_value(f"{_NAME}, slices")
        most = int(np.abs(whole.pulls[0]).argmax())
        first, second = whole.first[0], whole.second[0]
        differs = p.value <= self._rate
        differs_in_slices = in_slices.value <= self._slice_rate
        answer = Answer.WARN if differs or differs_in_slices else Answer.PASS
        if min(p.value, in_slices.value) <= self._fail_below:
            answer = Answer.FAIL
        sentence = (
            f"{domain}: the fraction of {names[most]} is {first.values[most]:.1%} by the network "
            f"and {second.values[most]:.1%} by an independent pipeline on the same events, a "
            f"difference of {whole.pulls[0, most]:+.1f} standard deviations"
        )
        if slices:
            at, of = np.unravel_index(np.abs(sliced.pulls).argmax(), sliced.pulls.shape)
            sentence += (
                f"; in {len(slices)} slices it is {sliced.pulls[at, of]:+.1f} at most "
                f"({slices[at]}, chance {in_slices.value:.2g})"
            )
        return Verdict(
            f"cross_check: {domain}",
            answer,
            f"{sentence}.",
            p,
            self._rate,
            self._rate + (self._slice_rate if slices else 0.0),
            further=[*_further(whole, names), in_slices, *judged],
            pictures=[_picture(domain, whole, sliced, ["all events", *slices], names[-1])],
            advice="" if answer is Answer.PASS else _DIFFER,
        )

    def _silent(self, domain: str, why: str, judged: Sequence[Figure] = ()) -> Verdict:
        return Verdict(
            f"cross_check: {domain}",
            Answer.WARN,
            f"{domain}: nothing was cross-checked: {why}.",
            Figure(_NAME, 1.0, 0.0, 1.0),
            self._rate,
            1.0,
            further=judged,
        )


def _further(whole: Difference, names: tuple[str, ...]) -> list[Figure]:
    figures = []
    for of, name in enumerate(names):
        fraction, difference = f"fraction of {name}", float(whole.values[0, of])
        error = float(whole.error[0, of])
        half, seen = float(stats.norm.ppf(0.975)) * error, _SEEN * error
        figures += [
            whole.first[0].figure(f"{fraction}, network", of),
            whole.second[0].figure(f"{fraction}, independent pipeline", of),
            Figure(f"{fraction}, difference", difference, difference - half, difference + half),
            Figure(f"{fraction}, difference seen nine times in ten", seen, seen, seen),
        ]
    return figures


def _picture(
    domain: str, whole: Difference, sliced: Difference, names: list[str], of: str
) -> Picture:
    lines = []
    for label, estimates in (
        ("network", [*whole.first, *sliced.first]),
        ("independent pipeline", [*whole.second, *sliced.second]),
    ):
        figures = [fractions.figure(of, -1) for fractions in estimates]
        lines.append(
            Line(
                label,
                [float(at) for at in range(len(figures))],
                [figure.value for figure in figures],
                [figure.low for figure in figures],
                [figure.high for figure in figures],
                style="points",
            )
        )
    title = f"Two pipelines on the same events: {domain}"
    return Picture(title, "", f"fraction of {of}", lines, x_names=names)
