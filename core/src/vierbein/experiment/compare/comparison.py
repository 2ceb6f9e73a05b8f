"""What the arms of one domain say together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from vierbein.experiment.compare.efficiency import label_efficiency
from vierbein.experiment.compare.interval import Interval, Measured, mean_of
from vierbein.experiment.compare.results import ArmResult, TestEvents
from vierbein.experiment.compare.verdict import Outcome, judge

Arms = Mapping[tuple[str, int], Sequence[ArmResult]]
"""Results by arm and size, one a seed; the zero-shot network stands under size 0."""

TRANSFER, ZERO_SHOT, TWIN = "fine_tuned", "zero_shot", "twin_equal_steps"


class Comparison:
    """Judges the arms of one target domain.

    Parameters
    ----------
    events
        The domain's test events.
    arms
        All results. `fine_tuned` is the tuner that the validation events chose, seed by seed.
    """

    def __init__(self, events: TestEvents, arms: Arms) -> None:
        self.events, self.arms = events, arms
        self.settings = events.settings
        self.sizes = sorted({size for _, size in arms if size})
        self.measured = {key: events.measure(results) for key, results in arms.items()}

    def to_json(self) -> dict[str, Any]:
        """Give everything that it finds, as plain data."""
        sizes = {str(size): said for size, said in self.by_size.items()}
        pooled = {
            name: self._judged(mean_of([self._difference(TRANSFER, name, n) for n in self.sizes]))
            for name in self._names()
            if name != TRANSFER and all(self._has(name, n) for n in self.sizes)
        }
        largest = sizes[str(self.sizes[-1])]
        return {
            "test_events": len(self.events.table),
            "zero_shot": self._zero_shot(),
            "sizes": sizes,
            "pooled": pooled,
            "transfer": pooled.get(TWIN, {}).get("outcome", Outcome.UNDECIDED),
            "recommended": largest["recommended"],
            "advice": largest["advice"],
        }

    @cached_property
    def by_size(self) -> dict[int, dict[str, Any]]:
        """Figures and verdicts by the number of labelled target events."""
        return {size: self._at(size) for size in self.sizes}

    def _at(self, size: int) -> dict[str, Any]:
        names = [name for name in self._names() if self._has(name, size)]
        against = {
            name: self._judged(self._difference(TRANSFER, name, size))
            for name in names
            if name != TRANSFER
        }
        zero_shot_gain = None
        if self._has(ZERO_SHOT, size) and self._has(TWIN, size):
            zero_shot_gain = self._judged(self._difference(ZERO_SHOT, TWIN, size))
        recommended, advice = self._advise(against, zero_shot_gain)
        parts = self._parts(size)
        worse = [p["name"] for p in parts if p["outcome"] == Outcome.NEGATIVE]
        if worse and recommended == TRANSFER:
            advice += f" Not for {', '.join(worse)}: there the twin is better."
        return {
            "arms": {name: self._arm(name, size) for name in names},
            "against": against,
            "zero_shot_against_twin": zero_shot_gain,
            "tuners": [result.job.tuner for result in self.arms[TRANSFER, size]],
            "label_efficiency": self._efficiency(TRANSFER, size, per=size),
            "time_to_parity": self._time_to_parity(size),
            "parts": parts,
            "recommended": recommended,
            "advice": advice,
        }

    def interval(self, arm: str, size: int) -> Interval:
        """Give an arm's metric with its interval."""
        found = self._of(arm, size).interval(self.settings.level)
        lowest, highest = self.events.assembly.task.bounds
        return replace(found, low=max(found.low, lowest), high=min(found.high, highest))

    def _names(self) -> list[str]:
        return list(dict.fromkeys(name for name, _ in self.arms))

    def _has(self, arm: str, size: int) -> bool:
        return (arm, size) in self.measured or (arm == ZERO_SHOT and (arm, 0) in self.measured)

    def _of(self, arm: str, size: int) -> Measured:
        return self.measured[arm, 0 if arm == ZERO_SHOT else size]

    def _difference(self, first: str, second: str, size: int) -> Measured:
        return self._of(first, size) - self._of(second, size)

    def _judged(self, difference: Measured, level: float | None = None) -> dict[str, Any]:
        interval = difference.interval(level or self.settings.level)
        is_repeated = (
            len(difference.values) > 1
        )  # one seed alone does not know how far seeds differ
        outcome = judge(interval, self.settings.margin) if is_repeated else Outcome.UNDECIDED
        lowest, highest = self.events.assembly.task.bounds
        most = highest - lowest
        interval = replace(interval, low=max(interval.low, -most), high=min(interval.high, most))
        return {"difference": interval.to_json(), "outcome": outcome.value}

    def _arm(self, name: str, size: int) -> dict[str, Any]:
        results = self.arms[name, 0 if name == ZERO_SHOT else size]
        task, events = self.events.assembly.task, self.events
        figures = [task.figures(r.scores, events.truth, events.event_weight) for r in results]
        trained = [result.trial for result in results if result.result["trials"]]
        return {
            "metric": self.interval(name, size).to_json(),
            "by_seed": self._of(name, size).values.tolist(),
            "figures": [figure.to_json() for figure in figures[0]],
            "num_parameters": results[0].result["num_parameters"],
            "num_tuned": [result.result["num_tuned"] for result in results],
            "steps": [result.job.steps for result in results],
            "best_steps": [trial["best_step"] for trial in trained],
            "flops": [trial["flops"] for trial in trained],
            "learning_rates": [trial["learning_rate"] for trial in trained],
            "dead": sorted({name for r in results for name in r.result.get("dead", ())}),
            "trials": max(len(result.result["trials"]) for result in results),
        }

    def _zero_shot(self) -> dict[str, Any] | None:
        if (ZERO_SHOT, 0) not in self.arms:
            return None
        return {**self._arm(ZERO_SHOT, 0), "worth": self._efficiency(ZERO_SHOT, 0, per=1)}

    def _efficiency(self, arm: str, size: int, *, per: int) -> dict[str, Any] | None:
        if not all(self._has(TWIN, n) for n in self.sizes):
            return None
        return label_efficiency(
            self._of(arm, size),
            [self._of(TWIN, n) for n in self.sizes],
            self.sizes,
            self.settings.level,
            per=per,
            seed=self.events.assembly.settings.seed,
        ).to_json()

    def _time_to_parity(self, size: int) -> dict[str, Any] | None:
        """Count steps until validation is as good as the twin ever gets."""
        if not self._has(TWIN, size):
            return None
        steps: list[int | None] = []
        twin_steps = []
        for ours, twin in zip(self.arms[TRANSFER, size], self.arms[TWIN, size], strict=True):
            best = twin.trial["best_loss"]
            reached = [p["step"] for p in ours.trial["history"] if p["validation_loss"] <= best]
            steps.append(reached[0] if reached else None)  # nothing: never, a censored figure
            twin_steps.append(twin.trial["best_step"])
        return {"steps": steps, "twin_steps": twin_steps}

    def _parts(self, size: int) -> list[dict[str, Any]]:
        """Differences to the twin by slice and by truth, at a level that pays for looking often."""
        if not self._has(TWIN, size):
            return []
        ours, twins = self.arms[TRANSFER, size], self.arms[TWIN, size]
        events = self.events
        found = [
            ("slice", s.name, events.measure(ours, s) - events.measure(twins, s))
            for s in events.slices
        ]
        our_merits, twin_merits = events.merits(ours), events.merits(twins)
        found += [("truth", name, our_merits[name] - twin_merits[name]) for name in our_merits]
        level = 1 - (1 - self.settings.level) / max(1, len(found))
        return [
            {"kind": kind, "name": name, **self._judged(difference, level)}
            for kind, name, difference in found
            if np.isfinite(difference.values).all()
        ]

    def _advise(
        self, against: Mapping[str, Any], zero_shot_gain: Mapping[str, Any] | None
    ) -> tuple[str, str]:
        """Recommend an arm: the simplest that nothing better is proved against."""
        transfer = against.get(TWIN, {}).get("outcome", Outcome.UNDECIDED)
        tuning = against.get(ZERO_SHOT, {}).get("outcome")
        if tuning is None:
            if transfer == Outcome.NEGATIVE:
                return TWIN, "Train from scratch: transfer is negative."
            return TRANSFER, f"Fine-tune: transfer is {transfer} against the twin."
        if tuning == Outcome.HELPFUL and transfer != Outcome.NEGATIVE:
            return TRANSFER, f"Fine-tune: better than doing nothing, {transfer} against the twin."
        if zero_shot_gain is not None and zero_shot_gain["outcome"] == Outcome.NEGATIVE:
            if transfer == Outcome.NEGATIVE:
                return TWIN, "Train from scratch: transfer is negative."
            return TRANSFER, f"Fine-tune: the base alone loses to the twin; tuned it is {transfer}."
        return ZERO_SHOT, f"Do not tune: against using the base as it is, tuning is {tuning}."
