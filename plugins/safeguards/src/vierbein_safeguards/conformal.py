"""Conformal prediction under a shift, with weights that need no truth of the new sample."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from vierbein_safeguards.calibration import Calibration

Columns = Float[NDArray[np.float64], "_event _column"]
Weights = Float[NDArray[np.float64], " _event"]

_STRENGTH = 1.0


def density_ratio(known: Columns, asked: Columns) -> tuple[Weights, Weights]:
    """Estimate how much more often events like each occur in the one sample than in the other.

    A logistic regression that tells the samples apart gives the ratio of their densities up to a
    factor, which cancels in what weights are used for.

    Parameters
    ----------
    known
        Finite columns of the sample that is to be weighted.
    asked
        The same of the sample that it is to look like.

    Returns
    -------
    tuple
        Ratios of the first sample's events, and of the second's.
    """
    regression = LogisticRegression(C=_STRENGTH, max_iter=1000)
    classifier = make_pipeline(StandardScaler(), regression)
    is_asked = np.repeat([0, 1], [len(known), len(asked)])
    classifier.fit(np.concatenate([known, asked]), is_asked)
    first, second = (classifier.decision_function(columns) for columns in (known, asked))
    largest = max(first.max(), second.max())  # a factor, so that nothing overflows
    return np.exp(first - largest), np.exp(second - largest)


@dataclass(frozen=True)
class Conformal:
    """Weighted split conformal prediction [1]_, which refuses to speak for too few events.

    Parameters
    ----------
    misfit
        Of calibration events, that the network did not learn from: how badly it describes them.
    weights
        Their density ratios, towards the sample in question.
    level
        Probability with which an event's misfit is to stay below its limit.
    least_events
        Effective number of calibration events below which every limit is infinite.

    References
    ----------
    .. [1] Tibshirani, Foygel Barber, Candes and Ramdas, arXiv:1904.06019.
    """

    misfit: Weights
    weights: Weights
    level: float
    least_events: float

    @property
    def effective_events(self) -> float:
        """How many events without weights would know as much (Kish)."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())

    @property
    def refuses(self) -> bool:
        """Whether there are too few."""
        return self.effective_events < self.least_events

    def limits(self, weights: Weights) -> Weights:
        """Give the largest misfit that an event may have, for each event of the sample in question.

        Parameters
        ----------
        weights
            Density ratios of the events.

        Returns
        -------
        ndarray
            Infinite where an event is so unlike the calibration events that they say nothing.
        """
        if self.refuses:
            return np.full(len(weights), np.inf)
        order = np.argsort(self.misfit)
        reached = np.cumsum(self.weights[order])
        needed = self.level * (reached[-1] + weights)
        at = np.searchsorted(reached, needed - 1e-12 * reached[-1])
        limits: Weights = np.append(self.misfit[order], np.inf)[at]
        return limits

    def chance(self, missed: int, num_events: int) -> float:
        """Give the probability that so many events or more lie beyond sound limits.

        All events share the calibration events. How far their limit fluctuates is what the weighted
        fraction of calibration events beyond it does, which is more than the effective number of
        events says where those that miss have large weights.

        Parameters
        ----------
        missed
            Events beyond their limits.
        num_events
            Of the sample in question.

        Returns
        -------
        float
            1 where nothing was said.
        """
        if self.refuses:
            return 1.0
        shares = self.weights / self.weights.sum()
        (limit,) = self.limits(np.zeros(1))
        off = (self.misfit > limit) - (1 - self.level)
        worth = self.level * (1 - self.level) / float((shares**2 * off**2).sum())
        calibration = Calibration(int(min(worth, len(shares))), 1 - self.level)
        return calibration.probability(missed, num_events) if calibration.num_above else 1.0
