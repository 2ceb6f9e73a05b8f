"""Receiver operating characteristics of weighted events, whose weights may be negative.

References
----------
.. [1] E. DeLong, D. DeLong, D. Clarke-Pearson, Biometrics 44 (1988) 837.
.. [2] C. Clopper, E. Pearson, Biometrika 26 (1934) 404.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]


class Ranking(NamedTuple):
    """Events by falling score.

    Parameters
    ----------
    order
        Positions of the events.
    first
        Where each run of equal scores begins.
    is_signal
        Of the ordered events.
    """

    order: NDArray[np.int64]
    first: NDArray[np.int64]
    is_signal: NDArray[np.bool_]

    def passed(self, event_weight: Array) -> tuple[Array, Array]:
        """Sum signal and background above each score, the events with that score included."""
        weight = event_weight[self.order]
        signal = np.add.reduceat(np.where(self.is_signal, weight, 0.0), self.first)
        background = np.add.reduceat(np.where(self.is_signal, 0.0, weight), self.first)
        return np.cumsum(signal), np.cumsum(background)


def rank(score: NDArray[np.floating], is_signal: NDArray[np.bool_]) -> Ranking:
    """Order events by falling score."""
    order = np.argsort(-score, kind="stable")
    first = np.flatnonzero(np.diff(score[order], prepend=np.nan) != 0)
    return Ranking(order, first, is_signal[order])


def auc(ranking: Ranking, event_weight: Array) -> float:
    """Give the probability that a signal event scores above a background event; ties count half.

    NaN if either has no weight. Negative weights subtract, as they do everywhere.
    """
    signal, background = ranking.passed(event_weight)
    if len(signal) == 0 or signal[-1] <= 0 or background[-1] <= 0:
        return np.nan
    below = background[-1] - background + np.diff(background, prepend=0.0) / 2
    return float((np.diff(signal, prepend=0.0) * below).sum() / (signal[-1] * background[-1]))


def auc_interval(ranking: Ranking, event_weight: Array, level: float) -> tuple[float, float]:
    """Give DeLong's interval [1]_ of the AUC, with weights squared in the variance."""
    value = auc(ranking, event_weight)
    signal, background = ranking.passed(event_weight)
    below = 1 - (background - np.diff(background, prepend=0.0) / 2) / background[-1]
    above = (signal - np.diff(signal, prepend=0.0) / 2) / signal[-1]
    runs = np.diff([*ranking.first, len(ranking.order)])
    placement = np.repeat(np.stack([below, above]), runs, axis=1)
    weight = event_weight[ranking.order]
    own = np.where(
        ranking.is_signal,
        (placement[0] - value) / signal[-1],
        (placement[1] - value) / background[-1],
    )
    half = stats.norm.isf((1 - level) / 2) * np.sqrt(np.sum((weight * own) ** 2))
    return float(max(value - half, 0.0)), float(min(value + half, 1.0))


def clopper_pearson(passed: float, total: float, level: float) -> tuple[float, float]:
    """Give the exact interval [2]_ of a share, in effective numbers of events if weighted.

    Parameters
    ----------
    passed
        How many passed.
    total
        Of how many.
    level
        Confidence level.

    Returns
    -------
    tuple
        The interval's ends, from 0 to 1.

    Examples
    --------
    >>> low, high = clopper_pearson(0, 10, level=0.95)
    >>> low, round(high, 4)
    (0.0, 0.3085)
    """
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, passed, total - passed + 1) if passed > 0 else 0.0
    high = stats.beta.isf(tail, passed + 1, total - passed) if passed < total else 1.0
    return float(low), float(high)


def effective_number(event_weight: Array) -> float:
    """Count events of equal weight with the same relative uncertainty."""
    return float(event_weight.sum() ** 2 / max((event_weight**2).sum(), np.finfo(float).tiny))
