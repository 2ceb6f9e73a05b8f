"""How well a score ranks one class above the others."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def efficiencies(
    score: NDArray[np.floating], is_signal: NDArray[np.bool_], weights: Array
) -> tuple[Array, Array]:
    """Sum signal and background above each different score, from the highest on.

    Parameters
    ----------
    score
        One an event.
    is_signal
        Whether it belongs to the class.
    weights
        One an event; they may be negative.

    Returns
    -------
    tuple
        Sums of weights, from zero on; the last are all.
    """
    order = np.argsort(-score, kind="stable")
    last = np.flatnonzero(np.diff(score[order], append=np.nan) != 0)
    sums = (
        np.cumsum(np.where(part, weights, 0.0)[order])[last] for part in (is_signal, ~is_signal)
    )
    signal, background = (np.concatenate([[0.0], values]) for values in sums)
    return signal, background


def auc(score: NDArray[np.floating], is_signal: NDArray[np.bool_], event_weight: Array) -> Array:
    """Give the probability that an event of the class scores above another; ties count half.

    Parameters
    ----------
    score
        One an event.
    is_signal
        Whether it belongs to the class.
    event_weight
        One row a replica; weights may be negative.

    Returns
    -------
    ndarray
        One value a replica; NaN where either side has no weight.

    Examples
    --------
    >>> auc(np.array([0.9, 0.5, 0.5]), np.array([True, False, True]), np.ones((1, 3)))
    array([0.75])
    """

    def one(weights: Array) -> float:
        signal, background = efficiencies(score, is_signal, weights)
        if signal[-1] <= 0 or background[-1] <= 0:
            return np.nan
        return float(np.trapezoid(signal, background) / (signal[-1] * background[-1]))

    return np.array([one(weights) for weights in event_weight])
