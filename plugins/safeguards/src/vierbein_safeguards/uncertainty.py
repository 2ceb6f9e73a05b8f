"""Uncertainty: whether the probabilities and intervals of an answer mean what they say."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch

from vierbein.events.table import EventTable
from vierbein.interfaces.figure import Figure, Line, Picture
from vierbein.interfaces.network import Network
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict
from vierbein_safeguards.class_sets import ClassSets
from vierbein_safeguards.classes import Classes, ClassOf, Probabilities
from vierbein_safeguards.conformal import Columns
from vierbein_safeguards.evaluated import evaluate
from vierbein_safeguards.fractions import Fractions, Resampled, estimate
from vierbein_safeguards.ranges import require_between, require_from
from vierbein_safeguards.reliability import (
    Isotonic,
    Temperature,
    calibration_error,
    calibration_noise,
    reliability,
)
from vierbein_safeguards.sources import Sources

_NAME: Final = "chance that sound intervals miss as often"
_FOLDS: Final = 5
_REPLICAS: Final = 500
_SEPARATED: Final = 4.0
"""Standard deviations by which classes must be told apart for there to be an answer."""


@dataclass(frozen=True)
class _Sample:
    """Events, and what the network says of them."""

    table: EventTable
    classes: ClassOf
    probabilities: Probabilities
    columns: Columns


class Uncertainty(Safeguard):
    """Gives the uncertainties of the network's answer, and tests those that can be tested.

    **Sets.** Conformal prediction says which classes a target event may have. It is calibrated on
    the labelled events that chose checkpoints, weighted to be like the unlabelled test events by
    the run's observables, so that the two need not be alike. With fewer effective events than
    `least_events` it refuses: any class is possible. Where the source domain has the target's
    schema, sets are made from its events, too: these need no label of the target domain at all.

    **Sources.** The fraction of the last class among the test events has a statistical error, one
    of seeds and one of bases, for which the task is trained again from each base of the run.

    **Probabilities** are corrected by a temperature and by isotonic regression; the calibration
    error is that of events held out.

    The verdict is about the sets' coverage, which takes the truth of the test events; nothing else
    does. Events count alike, whatever their event weights.

    Parameters
    ----------
    level
        Probability with which a set is to hold the event's class.
    false_alarm_rate
        Probability that coverage is warned of where nothing is wrong.
    fail_below
        A smaller one of such coverage fails.
    least_events
        Effective calibration events without which sets are refused.
    seeds
        Trainings from each base.
    max_events
        How many test events, and of the source domain, are used.

    Raises
    ------
    OutOfRangeError
        If a setting is a number that makes no sense.
    """

    moment = Moment.COMPARED

    def __init__(
        self,
        *,
        level: float = 0.9,
        false_alarm_rate: float = 0.05,
        fail_below: float = 0.001,
        least_events: int = 100,
        seeds: int = 2,
        max_events: int = 4000,
    ) -> None:
        shares = {"level": level, "false_alarm_rate": false_alarm_rate, "fail_below": fail_below}
        require_between("a probability", 1, **shares)
        require_from(2, least_events=least_events, seeds=seeds, max_events=max_events)
        self._level, self._rate, self._fail_below = level, false_alarm_rate, fail_below
        self._least_events, self._seeds, self._max_events = least_events, seeds, max_events

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
        test, labelled = self._first(view, domain, "test"), view.labelled(domain, view.seeds[0])
        classes = Classes.of(view.task, labelled.validation)
        if classes is None:
            return self._silent(domain, "the task tells no classes apart, of which sets are made")
        if min(len(test), len(labelled.validation)) < self._least_events:
            return self._silent(domain, f"there are fewer than {self._least_events} events")
        known, asked = (_sample(view, classes, each) for each in (labelled.validation, test))
        sets = self._sets(known, asked)
        further = [*sets.figures(asked.classes, "target labels"), *_calibration(known)]
        source = self._first(view, view.source, "validation")
        if source.schema == test.schema and set(view.task.truth) <= set(source.truth):
            # The network reads them as if the target's detector had seen them.
            read = _sample(view, classes, replace(source, domain=domain))
            without = self._sets(read, asked)
            further += without.figures(asked.classes, "no target label")
        answers = self._answers(view, domain, classes, test)
        bases = [name for name, found in answers.items() if found]
        name = f"fraction of {classes.names[-1]}"
        fraction = _fraction(known, asked)
        further.append(fraction.figure(name, -1))
        if len(bases) > 1:
            scatter = Sources(np.array([answers[base] for base in bases]))
            further += scatter.figures(name)
            total = float(np.sqrt(fraction.error[-1] ** 2 + scatter.within**2 + scatter.between**2))
            value = float(fraction.values[-1])
            interval = (value - 1.96 * total, value + 1.96 * total)
            further.append(Figure(f"{name}, all errors", value, *interval))
        pictures = [_reliability(domain, known), *_by_base(domain, name, answers)]
        verdict = self._said(domain, sets, asked.classes, has_sources=len(bases) > 1)
        return replace(verdict, further=further, pictures=pictures)

    def _said(self, domain: str, sets: ClassSets, truth: ClassOf, *, has_sources: bool) -> Verdict:
        worth, p = sets.conformal.effective_events, sets.chance(truth)
        covered = 1 - sets.missed(truth) / len(truth)
        answer, rate, advice = Answer.PASS, self._rate, ""
        sentence = (
            f"{domain}: sets that are to hold the class of {self._level:.0%} of the test events "
            f"hold that of {covered:.1%} (chance {p:.2g}), from {worth:.0f} effective labelled ones"
        )
        if sets.conformal.refuses:
            answer, rate = Answer.WARN, 1.0
            sentence = (
                f"{domain}: refused: the labelled events are worth {worth:.0f} of the kind that "
                f"the test events are, and {self._least_events} are needed; any class is possible"
            )
            advice = "Label events like the test events."
        elif p <= self._rate:
            answer = Answer.FAIL if p <= self._fail_below else Answer.WARN
            sentence += ". Probabilities do not carry over to these events"
            advice = "Label some of these events and calibrate on those."
        elif not has_sources:
            answer, rate = Answer.WARN, 1.0
            sentence += (
                ". What the answer owes to its base is not known: the run has no second one that "
                "learned the task"
            )
            advice = "Give the run another base:  rotation.NAME.base=..."
        return Verdict(
            f"uncertainty: {domain}",
            answer,
            f"{sentence}.",
            Figure(_NAME, p, p, p),
            self._rate,
            rate,
            advice=advice,
        )

    def _silent(self, domain: str, why: str) -> Verdict:
        return Verdict(
            f"uncertainty: {domain}",
            Answer.WARN,
            f"{domain}: no uncertainty was tested: {why}.",
            Figure(_NAME, 1.0, 0.0, 1.0),
            self._rate,
            1.0,
        )

    def _first(self, view: RunView, domain: str, split: str) -> EventTable:
        table = view.events(domain, split)
        return table.choose(np.arange(min(len(table), self._max_events)))

    def _sets(self, known: _Sample, asked: _Sample) -> ClassSets:
        return ClassSets.of(
            known.probabilities,
            known.classes,
            known.columns,
            asked.probabilities,
            asked.columns,
            level=self._level,
            least_events=self._least_events,
        )

    def _answers(
        self, view: RunView, domain: str, classes: Classes, test: EventTable
    ) -> dict[str, list[float]]:
        """Train from each base, some seeds each; a base that does not learn the task has none."""
        if len(view.bases) < 2:  # noqa: PLR2004 - nothing to compare
            return {}
        answers: dict[str, list[float]] = {}
        for base in view.bases:
            found = []
            for at in range(self._seeds):
                again, place = divmod(at, len(view.seeds))
                drawn = view.seeds[place]
                events = view.labelled(domain, drawn)
                network, _ = view.train_variant(domain, events, seed=drawn + again, base=base)
                known, asked = (
                    _of_network(view, classes, network, each) for each in (events.validation, test)
                )
                found.append(_fraction(known, asked))
            learned = all(each.separation >= _SEPARATED for each in found)
            answers[base] = [float(each.values[-1]) for each in found] if learned else []
        return answers


def _sample(view: RunView, classes: Classes, table: EventTable) -> _Sample:
    probabilities = classes.predicted(view, table)
    observables = view.observables(table.take())
    columns = (
        np.stack([observables[name] for name in sorted(observables)], axis=1)
        if observables
        else view.represent(table.take()).detach().cpu().double().numpy()
    )
    # What is not a number is told by nothing, and stands in the middle.
    finite = np.where(np.isfinite(columns), columns, 0.0).astype(np.float64)
    return _Sample(table, classes.of_events(table), probabilities, finite)


def _of_network(view: RunView, classes: Classes, network: Network, table: EventTable) -> _Sample:
    prediction = torch.from_numpy(evaluate(network, table).prediction)
    probabilities = classes.probabilities(view.task.scores(prediction).numpy())
    return _Sample(table, classes.of_events(table), probabilities, np.zeros((len(table), 0)))


def _fraction(known: _Sample, asked: _Sample) -> Fractions:
    rng = np.random.default_rng(9)
    resampled = Resampled.drawn(len(known.classes), len(asked.classes), _REPLICAS, rng)
    return estimate(known.probabilities, known.classes, asked.probabilities, resampled)


def _corrected(known: _Sample) -> dict[str, Probabilities]:
    corrected = {"network": known.probabilities}
    for label, calibrator in (("temperature", Temperature()), ("isotonic", Isotonic())):
        corrected[label] = calibrator.held_out(known.probabilities, known.classes, _FOLDS)
    return corrected


def _calibration(known: _Sample) -> list[Figure]:
    name = "expected calibration error"
    return [
        *(
            calibration_error(f"{name}, {label}", probabilities, known.classes)
            for label, probabilities in _corrected(known).items()
        ),
        calibration_noise(f"{name} by fluctuation alone", known.probabilities),
    ]


def _reliability(domain: str, known: _Sample) -> Picture:
    ends = [1 / known.probabilities.shape[1], 1.0]
    lines = [
        reliability(label, probabilities, known.classes)
        for label, probabilities in _corrected(known).items()
    ]
    title = f"Reliability on held-out labelled events: {domain}"
    axes = ("probability of the likeliest class", "fraction that is of it")
    return Picture(title, *axes, [*lines, Line("as it should be", ends, ends)])


def _by_base(domain: str, name: str, answers: dict[str, list[float]]) -> list[Picture]:
    if not any(answers.values()):
        return []
    found = [(base, np.array(each)) for base, each in answers.items() if each]
    mean = [float(each.mean()) for _, each in found]
    spread = [float(each.std(ddof=1)) for _, each in found]
    line = Line(
        "mean and standard deviation over seeds",
        [float(at) for at in range(len(found))],
        mean,
        [m - s for m, s in zip(mean, spread, strict=True)],
        [m + s for m, s in zip(mean, spread, strict=True)],
        style="points",
    )
    title = f"The answer by base: {domain}"
    return [Picture(title, "", name, [line], x_names=[base for base, _ in found])]
