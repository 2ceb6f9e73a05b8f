"""Train, validation and test by event id, so that they never depend on the order of a file."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def uniform(event_id: NDArray[np.int64], salt: int = 0) -> NDArray[np.float64]:
    """Give each event id a number in [0, 1) that looks random and never changes.

    SplitMix64's finaliser on the id and a salt.

    References
    ----------
    Steele, Lea and Flood, OOPSLA 2014, doi:10.1145/2660193.2660195.
    """
    with np.errstate(over="ignore"):  # arithmetic modulo 2**64 is the method
        x = event_id.astype(np.uint64) + _GOLDEN * np.uint64(salt + 1)
        x = (x ^ (x >> np.uint64(30))) * _MIX[0]
        x = (x ^ (x >> np.uint64(27))) * _MIX[1]
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def split(
    event_id: NDArray[np.int64], fractions: Mapping[str, float]
) -> dict[str, NDArray[np.int64]]:
    """Part events by their ids.

    Parameters
    ----------
    event_id
        Unique numbers of the events.
    fractions
        By name of the part; they sum to one.

    Returns
    -------
    dict
        Positions of each part's events, in an order that depends on their ids alone: the first 100
        events of a part hold its first 50, however the file was sorted.
    """
    number = uniform(event_id)
    order = np.argsort(uniform(event_id, salt=1), kind="stable")
    edges = np.cumsum([0.0, *fractions.values()])
    edges[-1] = np.inf
    parts = {}
    for name, low, high in zip(fractions, edges[:-1], edges[1:], strict=True):
        inside = (number >= low) & (number < high)
        parts[name] = order[inside[order]]
    return parts
