"""Rounding well below the detector's resolution, so that files compress and bytes can be compared.

A last-bit difference between two machines' arithmetic almost never crosses a rounding edge.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_STORED_MANTISSA_BITS = 23


def round_mantissa(values: NDArray[np.floating[Any]], bits: int) -> NDArray[np.float32]:
    """Round to `bits` bits after the leading one: a relative step of ``2**-bits``.

    Parameters
    ----------
    values
        Finite numbers.
    bits
        From 0 to 22.

    Returns
    -------
    ndarray
        Of the same shape; halves go away from zero.

    Examples
    --------
    >>> round_mantissa(np.array([1.0, 1.3, 100.1]), bits=3)
    array([  1.  ,   1.25, 104.  ], dtype=float32)
    """
    dropped = _STORED_MANTISSA_BITS - bits
    pattern = values.astype(np.float32).view(np.uint32)
    half, kept = np.uint32(1 << (dropped - 1)), np.uint32((0xFFFFFFFF << dropped) & 0xFFFFFFFF)
    rounded: NDArray[np.float32] = ((pattern + half) & kept).view(np.float32)
    return rounded


def round_grid(values: NDArray[np.floating[Any]], bits: int) -> NDArray[np.float32]:
    """Round to multiples of ``2**-bits``.

    Parameters
    ----------
    values
        Finite numbers.
    bits
        May be negative, for a grid wider than 1.

    Returns
    -------
    ndarray
        Of the same shape; halves go to the even multiple.

    Examples
    --------
    >>> round_grid(np.array([0.3, -0.3]), bits=2)
    array([ 0.25, -0.25], dtype=float32)
    """
    rounded = np.rint(values * 2.0**bits) * 2.0**-bits + 0.0  # no minus zero
    return np.asarray(rounded, np.float32)
