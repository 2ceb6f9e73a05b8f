"""OOD: whether the target domain's events are of a kind that the base has seen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from vierbein.interfaces.figure import Figure, Picture
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict
from vierbein_safeguards.bench import Bench, Judgement
from vierbein_safeguards.calibration import Calibration
from vierbein_safeguards.errors import (
    NotFiniteError,
    OutOfRangeError,
    TooFewEventsError,
)
from vierbein_safeguards.inputs import INPUTS, Inputs, look_at, see
from vierbein_safeguards.mmd import Discrepancy, discrepancy
from vierbein_safeguards.periods import periods_of
from vierbein_safeguards.picture import distributions
from vierbein_safeguards.ranges import require_between, require_from
from vierbein_safeguards.watch import Look, watches

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
    alike, whatever their event weights. Two more look at the sample as a whole: its maximum mean
    discrepancy from the validation split, in both inputs, with the probability of chance by
    exchanges. Where there are run periods, the four look at each of them, too.

    The figure is the fraction of events above the limit of the loudest monitor, the one with most;
    of a period, where that is too large and larger; the discrepancy, where only that is too large:
    it warns and never fails. All looks are paid for by
    Bonferroni's correction, in the interval, in the threshold and in the false-alarm rate, which
    therefore is an upper bound; periods get one half of it together.

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
    period
        Name of the event feature or truth that numbers the run periods.
    num_periods
        Where there is none: into how many consecutive blocks the events are cut, in their order;
        one looks at the whole sample alone.

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
        period: str = "",
        num_periods: int = 1,
    ) -> None:
        rates = {"event_rate": event_rate, "false_alarm_rate": false_alarm_rate}
        require_between("a probability", 1, **rates)
        for name, value in (("warn_above", warn_above), ("fail_above", fail_above)):
            if not 0 <= value <= 1:
                raise OutOfRangeError(name, value, "a fraction of events from 0 to 1")
        require_from(1, neighbours=neighbours, max_events=max_events, num_periods=num_periods)
        self._event_rate = event_rate
        self._false_alarm_rate = false_alarm_rate
        self._warn_above, self._fail_above = warn_above, fail_above
        self._neighbours, self._max_events = neighbours, max_events
        self._period, self._num_periods = period, num_periods

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
        verdicts = []
        for at, domain in enumerate(view.targets):
            table = view.events(domain, "test")
            table = table.choose(np.arange(min(len(table), self._max_events)))
            events = look_at(view, table)
            periods = periods_of(table, self._period, self._num_periods)
            share = self._false_alarm_rate / (2 if periods else 1) / (len(watching) + len(INPUTS))
            unlike = {
                inputs: discrepancy(
                    train[inputs],
                    familiar[inputs],
                    events[inputs],
                    share,
                    np.random.default_rng([view.seed, at, number]),
                )
                for number, inputs in enumerate(INPUTS)
            }
            looks = [Look(watch, watch.scores(events)) for watch in watching]
            bench = Bench(calibration, self._warn_above, share)
            each = self._false_alarm_rate / 2 / max(len(periods), 1) / len(looks)
            by_period = {
                name: replace(bench, probability=each).judge([look.of(places) for look in looks])
                for name, places in periods.items()
            }
            verdicts.append(self._verdict(domain, bench.judge(looks), unlike, by_period))
        return verdicts

    def _familiar(self, view: RunView, split: str, needed: int) -> Inputs:
        seen = see(view, view.source, split, self._max_events)
        if (there_are := len(seen["raw"])) < needed:
            raise TooFewEventsError(view.source, split, there_are, needed)
        for inputs, columns in seen.items():
            if bad := int((~np.isfinite(columns).all(axis=1)).sum()):
                raise NotFiniteError(view.source, split, inputs, bad)
        return seen

    def _verdict(
        self,
        domain: str,
        whole: Judgement,
        unlike: Mapping[str, Discrepancy],
        periods: Mapping[str, Judgement],
    ) -> Verdict:
        num, threshold = whole.num, whole.threshold
        trials = len(whole.looks) + len(unlike)
        each = whole.bench.probability
        figures = [(whole.loudest.fraction(trials), threshold)]
        sentence = (
            f"{whole.loudest.share:.1%} of {num} events are unlike the source domain's "
            f"({whole.loudest.watch.name}, the loudest of {len(whole.looks)} monitors); a clean "
            f"sample has {self._event_rate:.1%}, and up to {threshold:.1%} pass"
        )
        apart = {
            inputs: found
            for inputs, found in unlike.items()
            if found.chance <= each and found.share > threshold
        }
        bad = {name: judged for name, judged in periods.items() if judged.is_loud}
        if apart:
            inputs, found = max(apart.items(), key=lambda pair: pair[1].share)
            sentence += (
                f"; as a whole the sample differs as if {found.share:.1%} of its events were from "
                f"elsewhere ({inputs} MMD)"
            )
            if not whole.is_loud and not bad:
                figures = [(_share(inputs, found), threshold)]
        if bad:
            sentence += f"; too many are unlike in {', '.join(bad)}"
            worst = max(bad.values(), key=lambda judged: judged.loudest.share)
            of_worst = worst.loudest.fraction(len(whole.looks) * len(periods))
            figures.append((of_worst, worst.threshold))
        figure, threshold = max(figures, key=lambda pair: pair[0].value)
        rate = whole.rate + len(unlike) * each + sum(judged.rate for judged in periods.values())
        few = [name for name, judged in periods.items() if judged.is_mute]
        advice = _TOO_FEW
        if whole.is_mute:
            answer, rate = Answer.WARN, 1.0
            sentence = f"{num} events are too few to be told from a clean sample"
        elif whole.is_loud or apart or bad:
            # A discrepancy counts no events: alone it never fails.
            is_bad = (whole.is_loud or bool(bad)) and figure.value > self._fail_above
            answer, advice = Answer.FAIL if is_bad else Answer.WARN, _UNLIKE
        elif few:
            answer, rate = Answer.WARN, 1.0
            sentence += f"; too few events to say anything of {', '.join(few)}"
        else:
            answer, advice = Answer.PASS, ""
        chance = whole.chance(trials)
        return Verdict(
            f"ood: {domain}",
            answer,
            f"{domain}: {sentence}.",
            figure,
            threshold,
            min(rate, 1.0),
            further=[
                *(look.fraction(trials) for look in whole.looks),
                *(look.separation() for look in whole.looks if num),
                Figure("probability that a clean sample is as loud", chance, chance, chance),
                *(_share(inputs, found) for inputs, found in unlike.items()),
                *(
                    Figure(f"probability of that by chance, {inputs} MMD", *(found.chance,) * 3)
                    for inputs, found in unlike.items()
                ),
                *(
                    replace(
                        judged.loudest.fraction(len(whole.looks) * len(periods)),
                        name=f"events above the limit in {name}, {judged.loudest.watch.name}",
                    )
                    for name, judged in periods.items()
                ),
            ],
            pictures=_pictures(domain, whole.looks) if num else (),
            advice=advice,
        )


def _share(inputs: str, found: Discrepancy) -> Figure:
    name = f"share of events from elsewhere that differs as much, {inputs} MMD"
    return Figure(name, found.share, found.share, found.share)


def _pictures(domain: str, looks: Sequence[Look]) -> list[Picture]:
    pictures = []
    for inputs in INPUTS:
        look = max((look for look in looks if look.watch.inputs == inputs), key=lambda x: x.count)
        samples = {"source domain": look.watch.familiar, domain: look.scores}
        title = f"{look.watch.name}: {domain}"
        pictures.append(distributions(title, samples, look.watch.limit))
    return pictures
