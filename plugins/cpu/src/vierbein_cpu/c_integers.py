"""Integers of C."""

from typing import Final

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray

from vierbein.fixed_point.operations import Bounds

# Not 8: loads that widen cost more than the memory that they save, if all is in the nearest cache.
_WIDTHS: Final = (16, 32, 64)


def narrowest(lowest: int, highest: int, at_least: int = 16) -> str:
    """Name the narrowest type that holds all numbers from one to another.

    Parameters
    ----------
    lowest
        The least number.
    highest
        The greatest number.
    at_least
        Bits that it has in any case.

    Returns
    -------
    str
        A type of stdint.h.

    Raises
    ------
    OverflowError
        If there is none.
    """
    for width in _WIDTHS:
        if width >= at_least and -(1 << (width - 1)) <= lowest and highest < 1 << (width - 1):
            return f"int{width}_t"
    raise OverflowError


def magnitude(bounds: Bounds) -> Int[NDArray[np.int64], " ..."]:
    """Give the largest magnitude of each element."""
    return np.maximum(np.abs(bounds.lowest), np.abs(bounds.highest))


def up_to(largest: int, at_least: int = 16) -> str:
    """Name the narrowest type that holds all numbers up to a magnitude, of both signs."""
    return narrowest(-largest, largest, at_least)
