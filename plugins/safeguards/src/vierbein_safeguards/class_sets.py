"""Sets of classes that hold an event's own with a stated probability."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool
from numpy.typing import NDArray
from scipy import stats

from vierbein.interfaces.figure import Figure
from vierbein_safeguards.classes import ClassOf, Probabilities
from vierbein_safeguards.conformal import Columns, Conformal, density_ratio


@dataclass(frozen=True)
class ClassSets:
    """Which classes each event of a sample may have.

    Parameters
    ----------
    conformal
        That made them.
    holds
        One row an event, one column a class; an event without any is like nothing that is known.
    """

    conformal: Conformal
    holds: Bool[NDArray[np.bool_], "event class"]

    @classmethod
    def of(
        cls,
        known: Probabilities,
        classes: ClassOf,
        known_columns: Columns,
        asked: Probabilities,
        asked_columns: Columns,
        *,
        level: float,
        least_events: float,
    ) -> "ClassSets":
        """Calibrate on labelled events, and weigh them to be like those in question.

        Parameters
        ----------
        known
            Probabilities of labelled events that the network did not learn from.
        classes
            Their classes.
        known_columns
            By which samples are told apart.
        asked
            Probabilities of the events in question.
        asked_columns
            The same columns.
        level
            Probability with which a set is to hold the event's class.
        least_events
            Effective number of labelled events below which all classes are possible.

        Returns
        -------
        ClassSets
            Of the events in question: the classes whose probability is not too small.
        """
        weights, asked_weights = density_ratio(known_columns, asked_columns)
        misfit = 1 - known[np.arange(len(classes)), classes]
        conformal = Conformal(misfit, weights, level, least_events)
        return cls(conformal, 1 - asked <= conformal.limits(asked_weights)[:, None])

    def missed(self, truth: ClassOf) -> int:
        """Count the events whose class is not in their set."""
        return int((~self.holds[np.arange(len(truth)), truth]).sum())

    def chance(self, truth: ClassOf) -> float:
        """Give the probability that sound sets miss as many events or more."""
        return self.conformal.chance(self.missed(truth), len(truth))

    def figures(self, truth: ClassOf, by: str) -> list[Figure]:
        """Give coverage, size, and what the calibration events are worth."""
        num, kept = len(truth), self.conformal.effective_events
        held = num - self.missed(truth)
        low, high = stats.binomtest(held, num).proportion_ci(0.95)
        size = self.holds.sum(axis=1)
        half = 1.96 * float(size.std()) / np.sqrt(num)
        mean, all_of = float(size.mean()), float(self.holds.all(axis=1).mean())
        return [
            Figure(f"coverage of the test events, {by}", held / num, float(low), float(high)),
            Figure(f"classes in a set, {by}", mean, mean - half, mean + half),
            Figure(f"sets of all classes, {by}", all_of, all_of, all_of),
            Figure(f"effective calibration events, {by}", kept, kept, kept),
        ]
