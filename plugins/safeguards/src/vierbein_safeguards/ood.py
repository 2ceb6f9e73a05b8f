"""OOD: whether the target domain's events are of a kind that the base has seen."""

import math
from collections.abc import Sequence

import numpy as np

from vierbein.interfaces.figure import Figure, Picture
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict
from vierbein_safeguards.calibration import Calibration
from vierbein_safeguards.errors import (
    NotFiniteError,
    OutOfRangeError,
    TooFewEventsError,
)
from vierbein_safeguards.inputs import INPUTS, Inputs, see
from vierbein_safeguards.picture import distributions
from vierbein_safeguards.watch import Look, Watch, watches

_TOO_FEW = "Question more test events, or raise safeguard.ood.false_alarm_rate."
_UNLIKE = (
    "See in the picture which events they are, and whether units, cuts and a dead part of the "
    "detector explain them. Then judge the base where they are: compare.slices, or more labels."
)


class Ood(Safeguard):
    """Compares each target domain's events with those that the base was trained on.

    Four monitors score every event: Mahalanobis distance and k-th neighbour, on the base's
    representation and on raw observables. They are fitted on the source domain's train split and
    calibrated on its validation split; the target domain's test split is questioned. Events count
    alike, whatever their event weights.

    The figure is the fraction of events above the limit of the loudest monitor, the one with most.
    Looking at four is paid for by Bonferroni's correction, in the interval, in the threshold and in
    the false-alarm rate, which therefore is an upper bound.

    Parameters
    ----------
    event_rate
        Probability that one event of a clean sample stands above a monitor's limit.
    false_alarm_rate
        Largest probability that a clean sample is warned of.
    warn_above
        A smaller fraction of events above the limit never warns, however significant.
    fail_above
        A larger one fails, where it warns.
    neighbours
        Which neighbour the second monitor measures the distance to.
    max_events
        How many events of each split are used.

    Raises
    ------
    OutOfRangeError
        If a setting is a number that makes no sense.
    """

    moment = Moment.ADAPTED

    def __init__(
        self,
        *,
        event_rate: float = 0.05,
        false_alarm_rate: float = 0.01,
        warn_above: float = 0.1,
        fail_above: float = 0.5,
        neighbours: int = 10,
        max_events: int = 2000,
    ) -> None:
        for name, value in (("event_rate", event_rate), ("false_alarm_rate", false_alarm_rate)):
            if not 0 < value < 1:
                raise OutOfRangeError(name, value, "a probability between 0 and 1")
        for name, value in (("warn_above", warn_above), ("fail_above", fail_above)):
            if not 0 <= value <= 1:
                raise OutOfRangeError(name, value, "a fraction of events from 0 to 1")
        for name, number in (("neighbours", neighbours), ("max_events", max_events)):
            if number < 1:
                raise OutOfRangeError(name, number, "a number from 1 on")
        self._event_rate = event_rate
        self._false_alarm_rate = false_alarm_rate
        self._warn_above, self._fail_above = warn_above, fail_above
        self._neighbours, self._max_events = neighbours, max_events

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
        TooFewEventsError
            If the source domain has too few events to fit or calibrate with.
        NotFiniteError
            If what is learned from is not finite.
        NoObservablesError
            If the run has no observables.
        """
        train = self._familiar(view, "train", self._neighbours + 1)
        needed = Calibration(0, self._event_rate).needed
        familiar = self._familiar(view, "validation", needed)
        calibration = Calibration(len(familiar["raw"]), self._event_rate)
        watching = watches(train, familiar, calibration, self._neighbours)
        return [
            self._verdict(
                domain, see(view, domain, "test", self._max_events), watching, calibration
            )
            for domain in view.targets
        ]

    def _familiar(self, view: RunView, split: str, needed: int) -> Inputs:
        seen = see(view, view.source, split, self._max_events)
        if (there_are := len(seen["raw"])) < needed:
            raise TooFewEventsError(view.source, split, there_are, needed)
        for inputs, columns in seen.items():
            if bad := int((~np.isfinite(columns).all(axis=1)).sum()):
                raise NotFiniteError(view.source, split, inputs, bad)
        return seen

    def _verdict(
        self, domain: str, events: Inputs, watching: Sequence[Watch], calibration: Calibration
    ) -> Verdict:
        looks = [Look(watch, watch.scores(events)) for watch in watching]
        loudest = max(looks, key=lambda look: look.count)
        num, trials = len(loudest.scores), len(looks)
        # It takes a count that is both significant and large to warn.
        significant = calibration.smallest_count(num, self._false_alarm_rate / trials)
        warning = max(significant, math.floor(self._warn_above * num + 1e-9) + 1)
        threshold = (warning - 1) / max(num, 1)
        rate = trials * calibration.probability(warning, num)
        figure = loudest.fraction(trials)
        sentence = (
            f"{figure.value:.1%} of {num} events are unlike the source domain's "
            f"({loudest.watch.name}, the loudest of {trials} monitors); a clean sample has "
            f"{self._event_rate:.1%}, and up to {threshold:.1%} pass"
        )
        if significant > num:
            answer, rate = Answer.WARN, 1.0
            sentence = f"{num} events are too few to be told from a clean sample"
        elif loudest.count < warning:
            answer = Answer.PASS
        else:
            answer = Answer.FAIL if figure.value > self._fail_above else Answer.WARN
        chance = min(1.0, trials * calibration.probability(loudest.count, num))
        return Verdict(
            f"ood: {domain}",
            answer,
            f"{domain}: {sentence}.",
            figure,
            threshold,
            rate,
            further=[
                *(look.fraction(trials) for look in looks),
                *(look.separation() for look in looks if num),
                Figure("probability that a clean sample is as loud", chance, chance, chance),
            ],
            pictures=_pictures(domain, looks) if num else (),
            advice="" if answer is Answer.PASS else _TOO_FEW if significant > num else _UNLIKE,
        )


def _pictures(domain: str, looks: Sequence[Look]) -> list[Picture]:
    pictures = []
    for inputs in INPUTS:
        look = max((look for look in looks if look.watch.inputs == inputs), key=lambda x: x.count)
        samples = {"source domain": look.watch.familiar, domain: look.scores}
        title = f"{look.watch.name}: {domain}"
        pictures.append(distributions(title, samples, look.watch.limit))
    return pictures
