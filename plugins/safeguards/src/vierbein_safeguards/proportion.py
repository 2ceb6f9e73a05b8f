"""Shares of events, with intervals that hold for few of them."""

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray
from scipy import special

Counts = Int[NDArray[np.int64], "*sample"]
Shares = Float[NDArray[np.float64], "*sample"]


def clopper_pearson(count: Counts, num: Counts, level: float) -> tuple[Shares, Shares]:
    """Give the exact interval of a binomial share, for many samples at once.

    Parameters
    ----------
    count
        Events that are meant.
    num
        Events of the sample; the interval is everything where there are none.
    level
        Confidence level; each tail has half of the rest.

    Returns
    -------
    ndarray
        Lower ends.
    ndarray
        Upper ends.

    References
    ----------
    Clopper and Pearson, Biometrika 26 (1934) 404.
    """
    tail, rest = (1 - level) / 2, num - count
    low = special.betaincinv(np.maximum(count, 1), rest + 1, tail)
    high = special.betaincinv(count + 1, np.maximum(rest, 1), 1 - tail)
    return np.where(count > 0, low, 0.0), np.where(rest > 0, high, 1.0)
