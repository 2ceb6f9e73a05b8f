"""Formats of fixed-point numbers, and numbers that are known exactly."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from vierbein.errors.fixed_point import CoarserGridError


@dataclass(frozen=True)
class Format:
    """A grid of equally spaced numbers that include zero.

    Parameters
    ----------
    is_signed
        Whether one of the bits is a sign (two's complement).
    num_bits
        Width of a number, the sign included.
    num_fraction
        The spacing is two to the minus `num_fraction`; it may be negative, or above `num_bits`.
    """

    is_signed: bool
    num_bits: int
    num_fraction: int

    @property
    def spacing(self) -> float:
        """The distance of neighbours, also called the least significant bit."""
        return 2.0**-self.num_fraction

    @property
    def lowest(self) -> int:
        """The least number, in units of the spacing."""
        return -(1 << (self.num_bits - 1)) if self.is_signed else 0

    @property
    def highest(self) -> int:
        """The greatest number, in units of the spacing."""
        return (1 << (self.num_bits - self.is_signed)) - 1


@dataclass(frozen=True)
class Numbers:
    """Numbers that are known exactly.

    Parameters
    ----------
    integers
        Whole numbers of spacings.
    num_fraction
        The spacing is two to the minus `num_fraction`.
    """

    integers: Int[NDArray[np.int64], " ..."]
    num_fraction: int

    @property
    def values(self) -> Float[NDArray[np.float64], " ..."]:
        """The numbers themselves."""
        return np.ldexp(self.integers.astype(np.float64), -self.num_fraction)

    def finer(self, num_fraction: int) -> "Numbers":
        """Give the same numbers on a grid that is as fine or finer."""
        return Numbers(self.integers << finer_by(self.num_fraction, num_fraction), num_fraction)


def finer_by(coarse: int, fine: int) -> int:
    """Count the fraction bits that a finer grid has more, zero if both are the same.

    Parameters
    ----------
    coarse
        Fraction bits of the coarser grid.
    fine
        Fraction bits of the finer one.

    Returns
    -------
    int
        The shift that takes whole numbers of spacings from the one to the other.

    Raises
    ------
    CoarserGridError
        If it is the coarser one: a shift by a negative number would give zeros without a word.
    """
    if fine < coarse:
        raise CoarserGridError(fine, coarse)
    return fine - coarse


def rounded(numbers: Numbers, format: Format) -> Numbers:  # noqa: A002 - the field's word
    """Round to the nearest point of a grid, ties to the even one, and saturate.

    Parameters
    ----------
    numbers
        To round.
    format
        The grid, and its ends.

    Returns
    -------
    Numbers
        On the grid.
    """
    dropped = numbers.num_fraction - format.num_fraction
    integers = numbers.integers
    if dropped <= 0:
        nearest = integers << -dropped
    else:
        below, rest, half = integers >> dropped, integers & ((1 << dropped) - 1), 1 << (dropped - 1)
        nearest = below + ((rest > half) | ((rest == half) & (below & 1 == 1)))
    return Numbers(np.clip(nearest, format.lowest, format.highest), format.num_fraction)
