"""Quantiles of weighted events."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def quantile(values: Array, event_weight: Array, share: float) -> Array:
    """Give the least value at or below which a share of the events' weight lies.

    Parameters
    ----------
    values
        One an event.
    event_weight
        One row a replica; weights may be negative.
    share
        Between 0 and 1.

    Returns
    -------
    ndarray
        One value a replica; NaN without weight.

    Examples
    --------
    >>> quantile(np.array([3.0, 1.0, 2.0]), np.array([[1.0, 1.0, 1.0], [0.0, 1.0, 0.0]]), 0.5)
    array([2., 1.])
    """
    order = np.argsort(values, kind="stable")
    ranked = values[order]

    def one(weights: Array) -> float:
        passed = np.cumsum(weights[order])
        if not len(passed) or passed[-1] <= 0:
            return np.nan
        return float(ranked[np.argmax(passed >= share * passed[-1])])

    return np.array([one(weights) for weights in event_weight])
