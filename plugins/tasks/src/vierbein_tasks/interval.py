"""Intervals of figures from replicas of the events."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_NUM_REPLICAS = 200
_SEED = 20260101


def bootstrap(
    statistic: Callable[[Array], Array], event_weight: Array, level: float
) -> tuple[float, float, float]:
    """Compute a statistic and its interval by a Poisson bootstrap [1]_, always the same one.

    Parameters
    ----------
    statistic
        Of many sets of event weights, one row each.
    event_weight
        Of the events.
    level
        Confidence level.

    Returns
    -------
    tuple
        The value and its interval's ends, between which it lies.

    References
    ----------
    .. [1] J. A. Hanley, B. MacGibbon, Comput. Methods Programs Biomed. 83 (2006) 57.
    """
    value = float(statistic(event_weight[None])[0])
    rng = np.random.default_rng(_SEED)
    counts = rng.poisson(1.0, (_NUM_REPLICAS, len(event_weight)))
    replicas = statistic(counts * event_weight)
    defined = replicas[np.isfinite(replicas)]
    if not len(defined):
        return value, value, value
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return value, min(float(low), value), max(float(high), value)
