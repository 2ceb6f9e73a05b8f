"""Features: which inputs carry a network's answers, and whether they still mean the same."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from vierbein.errors.runs import StageMissingError
from vierbein.events.table import EventTable
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict
from vierbein_safeguards.attribution import attribute, means_of, seen_as
from vierbein_safeguards.drift import Drift, drift
from vierbein_safeguards.errors import NotThereError, OutOfRangeError
from vierbein_safeguards.evaluated import evaluate
from vierbein_safeguards.ranges import require_between, require_from
from vierbein_safeguards.sculpting import distance_correlation, sculpting
from vierbein_safeguards.seen import (
    AFTER,
    BEFORE,
    Seen,
    attributed,
    axis_of,
    dependence,
    moves_picture,
    shadows,
    share_change,
    shares_picture,
)
from vierbein_safeguards.slices import held_out, observables_of, scores_of, worst_drop

_ARMS: Final = {BEFORE: "zero_shot", AFTER: "fine_tuned"}
_LEAST: Final = 20
_MASS: Final = "mass"
_EXCHANGES: Final = 400
_HELD_OUT: Final = 1500
_SHADOWED: Final = 1500
_CORRELATED: Final = 400


class Features(Safeguard):
    """Attributes the answers of a network to its features, before and after transfer.

    The figure says how far what one feature carries has moved from the source to the target
    domain, as the base sees it (the zero-shot network; the fine-tuned one where there is none): the
    largest Wasserstein distance of its integrated gradients, in standard deviations of the answers.
    A feature that is dead or calibrated otherwise in the target domain stands first. Exchanging
    events between the domains says whether it could be chance. No target truth is read for this.

    Besides, it shows each feature's share before and after transfer; trees on the run's
    observables that imitate the answers; the slice in which the metric falls most; and how much a
    selection shapes protected observables in background. The last two need labelled events.

    Parameters
    ----------
    warn_above
        A smaller move never warns, however significant.
    fail_above
        A larger one fails, where it warns.
    false_alarm_rate
        Largest probability of a warning where both domains are of one kind.
    protected
        Observables that no selection should shape; by default those with mass in their names.
    background
        The part of the task whose events are background; the first if empty.
    score
        Of the task, by which events are selected; the last if empty.
    working_point
        Share of the background that is selected.
    max_events
        How many events of each domain are attributed.

    Raises
    ------
    OutOfRangeError
        If a setting is a number that makes no sense.
    """

    moment = Moment.COMPARED

    def __init__(
        self,
        *,
        warn_above: float = 0.25,
        fail_above: float = 1.0,
        false_alarm_rate: float = 0.01,
        protected: Sequence[str] | None = None,
        background: str = "",
        score: str = "",
        working_point: float = 0.1,
        max_events: int = 300,
    ) -> None:
        shares = {"false_alarm_rate": false_alarm_rate, "working_point": working_point}
        require_between("a share", 1, **shares)
        for name, value in (("warn_above", warn_above), ("fail_above", fail_above)):
            if not value >= 0:
                raise OutOfRangeError(name, value, "a number of standard deviations from 0 on")
        require_from(_LEAST, max_events=max_events)
        self._warn_above, self._fail_above = warn_above, fail_above
        self._false_alarm_rate, self._max_events = false_alarm_rate, max_events
        self._protected = None if protected is None else tuple(protected)
        self._background, self._score, self._working_point = background, score, working_point

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
        rng = np.random.default_rng([view.seed, list(view.targets).index(domain), 8])
        there = self._first(view.events(domain, "test"))
        here = self._first(view.events(view.source, "test"))
        if min(len(here), len(there)) < _LEAST:
            return self._unknown(domain, f"{min(len(here), len(there))} events are too few")
        seen = self._seen(view, domain, there, rng)
        if not seen:
            return self._unknown(domain, "no network or no feature is there to compare")
        moved = next(iter(seen.values())).drift
        at, name = moved.first, moved.names[moved.first]
        answer = self._answer(moved)
        sentence = (
            f"{domain}: of all features, what {name} carries has moved most, by "
            f"{moved.moves[at]:.2f} standard deviations of the answers (probability by chance "
            f"{moved.chance:.2g}; up to {self._warn_above:g} pass)"
        )
        advice = ""
        if answer is not Answer.PASS:
            advice = f"Look at the calibration of {name}, and for dead channels, in {domain}."
        events = view.events(domain, "test")
        shadowed = self._first(events, _SHADOWED)
        return Verdict(
            f"features: {domain}",
            answer,
            f"{sentence}.",
            Figure(
                f"largest move of what a feature carries: {name}",
                float(moved.moves[at]),
                float(moved.low[at]),
                float(moved.high[at]),
                "standard deviations of the answers",
            ),
            self._warn_above,
            self._false_alarm_rate,
            [
                *attributed(seen),
                *shadows(seen, shadowed, observables_of(view, shadowed), rng),
                *self._labelled(view, there, seen, rng),
            ],
            [shares_picture(domain, seen), moves_picture(domain, seen, self._warn_above)],
            advice,
        )

    def _seen(
        self, view: RunView, domain: str, there: EventTable, rng: np.random.Generator
    ) -> dict[str, Seen]:
        known = self._first(view.events(view.source, "train"))
        means = means_of(self._first(view.labelled(domain, view.seeds[0]).train)) | means_of(known)
        here = self._first(view.events(view.source, "test"))
        both = {*here.schema.names, *here.schema.event_names}
        shared = [n for n in (*there.schema.names, *there.schema.event_names) if n in both]
        here, known = (seen_as(events, there.schema, means) for events in (here, known))
        num = max(_EXCHANGES, math.ceil(2 / self._false_alarm_rate))
        seen: dict[str, Seen] = {}
        for name, arm in _ARMS.items() if shared else ():
            try:
                network = view.trained(domain, arm, view.seeds[0])
            except StageMissingError:
                continue
            axis = axis_of(evaluate(network, known).prediction)
            first, second = (attribute(network, events, means, axis) for events in (here, there))
            moved = drift(first.only(shared), second.only(shared), rng, num)
            seen[name] = Seen(network, axis, first, second, moved)
        return seen

    def _labelled(
        self, view: RunView, there: EventTable, seen: Mapping[str, Seen], rng: np.random.Generator
    ) -> list[Figure]:
        """Give what needs truth, from events that the networks did not learn from."""
        events = held_out(view, there.domain, _HELD_OUT)
        if events is None or AFTER not in seen:
            return []
        observables = observables_of(view, events)
        scores = {
            name: scores_of(view.task, evaluate(s.network, events)) for name, s in seen.items()
        }
        figures = []
        if BEFORE in seen:
            both = (scores[BEFORE], scores[AFTER])
            if (drop := worst_drop(view.task, events, observables, *both, rng)) is not None:
                title = f"largest fall of {view.task.metric} by transfer: {drop.where.name}"
                figures.append(Figure(title, drop.value, drop.low, drop.high))
                inside = drop.where.holds(observables_of(view, there))
                if inside.any():
                    figures.append(share_change(seen, inside, f"where {drop.where.name}"))
        parts = view.task.parts(scores[AFTER], events.truths())
        part = _chosen(self._background, tuple(parts), "part", 0)
        column = _chosen(self._score, tuple(view.task.score_names), "score", -1)
        background = parts[part].belongs
        if background.sum() < _LEAST:
            return figures
        at = list(view.task.score_names).index(column)
        selecting = scores[AFTER][background, at].astype(np.float64)
        massive = [name for name in observables if _MASS in name]
        for name in massive if self._protected is None else self._protected:
            values = observables[_chosen(name, tuple(observables), "observable", 0)][background]
            shaped = sculpting(values, selecting, self._working_point, rng)
            few = slice(_CORRELATED)
            follows = distance_correlation(values[few], selecting[few], rng)
            for what, found in (
                (f"sculpting of {name} in {part} at {self._working_point:.0%}", shaped),
                (f"distance correlation of {column} and {name} in {part}", follows),
            ):
                figures += dependence(what, found)
        return figures

    def _first(self, events: EventTable, most: int | None = None) -> EventTable:
        return events.choose(np.arange(min(len(events), most or self._max_events)))

    def _answer(self, moved: Drift) -> Answer:
        largest = float(moved.moves.max())
        if largest <= self._warn_above or moved.chance > self._false_alarm_rate:
            return Answer.PASS
        return Answer.FAIL if largest > self._fail_above else Answer.WARN

    def _unknown(self, domain: str, why: str) -> Verdict:
        return Verdict(
            f"features: {domain}",
            Answer.WARN,
            f"{domain}: nothing can be said of features, because {why}.",
            Figure("largest move of what a feature carries", 0.0, 0.0, 0.0),
            self._warn_above,
            1.0,
        )


def _chosen(name: str, there_are: Sequence[str], kind: str, otherwise: int) -> str:
    if name and name not in there_are:
        raise NotThereError(kind, name, there_are)
    return name or there_are[otherwise]
