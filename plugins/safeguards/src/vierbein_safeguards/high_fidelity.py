"""High fidelity: a small expensive simulation corrects and bounds what the network says."""

import math

import numpy as np
from scipy import stats

from vierbein.events.table import EventTable
from vierbein.interfaces.figure import Figure, Line, Picture
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict
from vierbein_safeguards.classes import Classes, Probabilities
from vierbein_safeguards.fractions import Difference, Resampled, estimate
from vierbein_safeguards.prediction_powered import PredictionPowered
from vierbein_safeguards.ranges import require_between, require_from

_SEPARATED = 4.0
"""Standard deviations by which classes must be told apart for there to be an answer."""
_NAME = "p-value of the closure test"


class HighFidelity(Safeguard):
    """Holds the network against a small labelled sample of a better simulation, and corrects it.

    **Closure.** The network estimates the classes' fractions among the better simulation's events,
    knowing from the ordinary labelled ones how it answers each class; the truth of the better
    events says what they are. The two may differ by fluctuation only, which is found by resampling.

    **Correction.** The network's mean probabilities of the target domain's many test events are
    corrected by the better events' truth (prediction-powered inference). The interval holds however
    wrong the network is, if the better events are a fair sample of what the target domain has:
    whether their scores are like the target events' is tested as well. No truth of the target
    domain's test events is used.

    Parameters
    ----------
    false_alarm_rate
        Probability that the closure test warns where nothing is wrong.
    unlike_false_alarm_rate
        The same of the test of both samples' scores.
    fail_below
        A p-value of the closure test that fails.
    level
        Confidence level of the intervals.
    least_events
        Events of each class that the better simulation must have.
    replicas
        Of the bootstrap.
    max_events
        How many test events are used.

    Raises
    ------
    OutOfRangeError
        If a setting is a number that makes no sense.
    """

    moment = Moment.COMPARED

    def __init__(
        self,
        *,
        false_alarm_rate: float = 0.05,
        unlike_false_alarm_rate: float = 0.01,
        fail_below: float = 0.001,
        level: float = 0.9,
        least_events: int = 20,
        replicas: int = 2000,
        max_events: int = 4000,
    ) -> None:
        rates = {"false_alarm_rate": false_alarm_rate, "fail_below": fail_below}
        shares = {**rates, "unlike_false_alarm_rate": unlike_false_alarm_rate, "level": level}
        require_between("a probability", 1, **shares)
        require_from(2, least_events=least_events, max_events=max_events)
        # Fewer replicas could not tell of a p-value as small as is asked for.
        require_from(math.ceil(1 / min(rates.values())), replicas=replicas)
        self._rate, self._unlike_rate = false_alarm_rate, unlike_false_alarm_rate
        self._fail_below, self._level = fail_below, level
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
        better, test = view.high_fidelity(domain), view.events(domain, "test")
        if better is None:
            why = f"the run has no better simulation of it; give one:  high_fidelity.{domain}=..."
            return self._silent(domain, why)
        test = test.choose(np.arange(min(len(test), self._max_events)))
        labelled = view.labelled(domain, view.seeds[0]).validation
        classes = Classes.of(view.task, labelled)
        if classes is None:
            return self._silent(domain, "the task tells no classes apart, so none can be counted")
        known = np.eye(len(classes.names))[classes.of_events(better)]
        if known.sum(axis=0).min() < self._least_events or len(test) < self._least_events:
            why = f"fewer than {self._least_events} events of a class in the better simulation"
            return self._silent(domain, why)
        seen, many = classes.predicted(view, better), classes.predicted(view, test)
        closure = self._closure(view, classes, labelled, seen, known)
        if closure.separation[0] < _SEPARATED:
            why = "the network cannot tell the labelled events' classes apart; label more"
            return self._silent(domain, why)
        powered = [
            PredictionPowered(known[:, of], seen[:, of], many[:, of])
            for of in range(len(classes.names))
        ]
        return self._said(domain, classes, closure, powered, _unlike(seen, many))

    def _closure(
        self,
        view: RunView,
        classes: Classes,
        labelled: EventTable,
        seen: Probabilities,
        known: Probabilities,
    ) -> Difference:
        """Hold the network's fractions of the better events against their truth."""
        truth = classes.of_events(labelled)
        rng = np.random.default_rng([view.seed, 6])
        resampled = Resampled.drawn(len(labelled), len(known), self._replicas, rng)
        network = estimate(classes.predicted(view, labelled), truth, seen, resampled)
        # Truth is a classifier that is never wrong; so the same comparison serves.
        never_wrong = estimate(np.eye(len(classes.names))[truth], truth, known, resampled)
        return Difference((network,), (never_wrong,))

    def _said(
        self,
        domain: str,
        classes: Classes,
        closure: Difference,
        powered: list[PredictionPowered],
        unlike: Figure,
    ) -> Verdict:
        p, names, num = closure.p_value(_NAME), classes.names, len(powered[0].truth)
        fails, is_unlike = p.value <= self._rate, unlike.value <= self._unlike_rate
        answer = Answer.WARN if fails or is_unlike else Answer.PASS
        answer = Answer.FAIL if p.value <= self._fail_below else answer
        most = int(np.abs(closure.pulls[0]).argmax())
        naive = powered[most].naive.figure(f"fraction of {names[most]}", self._level)
        right = powered[most].corrected.figure(naive.name, self._level)
        sentence = (
            f"{domain}: of {num} events of the better simulation the network gets the {naive.name} "
            f"wrong by {closure.values[0, most]:+.1%} ({closure.pulls[0, most]:+.1f} standard "
            f"deviations, chance {p.value:.2g}); among the target events it is {naive.value:.1%} "
            f"by the network alone, {right.low:.1%} to {right.high:.1%} ({self._level:.0%}) "
            "corrected"
        )
        advice = []
        if fails:
            advice.append("Do not use the network's own figure: use the corrected one.")
        if is_unlike:
            sentence += (
                ". The better events' scores are unlike the target events', so that the correction "
                "is one of another sample"
            )
            advice.append("Simulate what the target domain has.")
        further = [unlike]
        for each, name in zip(powered, names, strict=True):
            fraction, saved = f"fraction of {name}", each.saved
            further += [
                each.naive.figure(f"{fraction}, network alone", self._level),
                each.few.figure(f"{fraction}, better simulation alone", self._level),
                each.corrected.figure(f"{fraction}, corrected", self._level),
                Figure(f"better events saved, {name}", saved, saved, saved),
            ]
        return Verdict(
            f"high_fidelity: {domain}",
            answer,
            f"{sentence}.",
            p,
            self._rate,
            self._rate + self._unlike_rate,
            further=further,
            pictures=[self._picture(domain, powered, names)],
            advice=" ".join(advice),
        )

    def _picture(
        self, domain: str, powered: list[PredictionPowered], names: tuple[str, ...]
    ) -> Picture:
        lines = []
        for label, inferred in (
            ("network alone", [each.naive for each in powered]),
            ("better simulation alone", [each.few for each in powered]),
            ("corrected", [each.corrected for each in powered]),
        ):
            figures = [each.figure(label, self._level) for each in inferred]
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
        title = f"Corrected by a better simulation: {domain}"
        return Picture(title, "", "fraction of events", lines, x_names=list(names))

    def _silent(self, domain: str, why: str) -> Verdict:
        return Verdict(
            f"high_fidelity: {domain}",
            Answer.WARN,
            f"{domain}: nothing bounds the network's answer: {why}.",
            Figure(_NAME, 1.0, 0.0, 1.0),
            self._rate,
            1.0,
        )


def _unlike(seen: Probabilities, many: Probabilities) -> Figure:
    """Test whether both samples have the same scores, class by class (Bonferroni)."""
    columns = range(1, seen.shape[1])  # the first follows from the others
    each = [stats.ks_2samp(seen[:, of], many[:, of]).pvalue for of in columns]
    p = min(1.0, len(each) * float(min(each)))
    return Figure("p-value of equal scores, better simulation and target", p, p, p)
