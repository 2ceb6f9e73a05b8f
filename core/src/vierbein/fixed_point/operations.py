"""What a fixed-point program consists of: each operation is exact, save rounding and saturation."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray

from vierbein.errors.fixed_point import UnequalAxesError
from vierbein.fixed_point.format import Format, Numbers, finer_by, rounded

Integers = Int[NDArray[np.int64], " ..."]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Bounds:
    """What is known of a tensor's numbers for any input.

    Parameters
    ----------
    lowest
        The least number, by element, in spacings.
    highest
        The greatest number, by element, in spacings.
    num_fraction
        The spacing is two to the minus `num_fraction`.
    parity
        The remainder of every number by two: 0, 1, or None if not known.
    """

    lowest: Integers
    highest: Integers
    num_fraction: int
    parity: int | None = None

    def finer(self, num_fraction: int) -> "Bounds":
        """Give the same bounds on a grid that is as fine or finer."""
        shift = finer_by(self.num_fraction, num_fraction)
        parity = 0 if shift else self.parity
        return Bounds(self.lowest << shift, self.highest << shift, num_fraction, parity)


@dataclass(frozen=True)
class Operation(ABC):
    """One step of a program.

    Axes are counted without the one of events, from 0, or from the end if negative.

    Parameters
    ----------
    name
        Of its result, different from all others in the program.
    inputs
        Names of what it is computed from.
    """

    name: str
    inputs: tuple[str, ...]

    @abstractmethod
    def compute(self, *numbers: Numbers) -> Numbers:
        """Compute for any number of events."""

    @abstractmethod
    def bounds(self, *bounds: Bounds) -> Bounds:
        """Say between which numbers its result lies, for one event."""


@dataclass(frozen=True)
class Dense(Operation):
    """A linear map of the last axis, with a bias where there is one.

    Parameters
    ----------
    weight
        One row an input, one column an output.
    weight_fraction
        Of the weights' grid.
    bias
        One number an output.
    bias_fraction
        Of the bias's grid, at least as fine as the products'.
    weight_bits
        Width that the weights were trained in; what the count of bit operations is made of.
    """

    weight: Int[NDArray[np.int64], "input output"]
    weight_fraction: int
    bias: Int[NDArray[np.int64], " output"] | None = None
    bias_fraction: int = 0
    weight_bits: int = 8

    def compute(self, *numbers: Numbers) -> Numbers:
        """Multiply, then add."""
        (given,) = numbers
        product = Numbers(given.integers @ self.weight, given.num_fraction + self.weight_fraction)
        if self.bias is None:
            return product
        finer = product.finer(self.bias_fraction)
        return Numbers(finer.integers + self.bias, self.bias_fraction)

    def bounds(self, *bounds: Bounds) -> Bounds:
        """Take each input at the end that the weight's sign asks for."""
        (given,) = bounds
        up, down = np.maximum(self.weight, 0), np.minimum(self.weight, 0)
        product = Bounds(
            given.lowest @ up + given.highest @ down,
            given.highest @ up + given.lowest @ down,
            given.num_fraction + self.weight_fraction,
        )
        if self.bias is None:
            return product
        finer, odd = product.finer(self.bias_fraction), set((self.bias & 1).tolist())
        parity = odd.pop() if finer.parity == 0 and len(odd) == 1 else None
        return Bounds(
            finer.lowest + self.bias, finer.highest + self.bias, self.bias_fraction, parity
        )


@dataclass(frozen=True)
class Quantise(Operation):
    """Rounding to the nearest point of a grid, ties to even, with saturation at its ends.

    Into a format without sign it is a rectified linear unit as well.

    Parameters
    ----------
    format
        Of the result.
    """

    format: Format

    def compute(self, *numbers: Numbers) -> Numbers:
        """Round."""
        return rounded(numbers[0], self.format)

    def bounds(self, *bounds: Bounds) -> Bounds:
        """Round both ends."""
        (given,) = bounds
        lowest, highest = (
            rounded(Numbers(end, given.num_fraction), self.format).integers
            for end in (given.lowest, given.highest)
        )
        return Bounds(lowest, highest, self.format.num_fraction)


@dataclass(frozen=True)
class Sum(Operation):
    """The sum over an axis, which is kept with length one where asked.

    Parameters
    ----------
    axis
        Which one.
    is_kept
        Whether the axis stays.
    """

    axis: int
    is_kept: bool = False

    def compute(self, *numbers: Numbers) -> Numbers:
        """Add up."""
        (given,) = numbers
        axis = self.axis if self.axis < 0 else self.axis + 1
        total = given.integers.sum(axis=axis, keepdims=self.is_kept)
        return Numbers(total, given.num_fraction)

    def bounds(self, *bounds: Bounds) -> Bounds:
        """Add the ends up."""
        (given,) = bounds
        lowest, highest = (
            np.asarray(end.sum(axis=self.axis, keepdims=self.is_kept))
            for end in (given.lowest, given.highest)
        )
        length = given.lowest.shape[self.axis]
        parity = None if given.parity is None else given.parity * length % 2
        return Bounds(lowest, highest, given.num_fraction, parity)


@dataclass(frozen=True)
class Mean(Sum):
    """The mean over an axis whose length is a power of two."""

    def compute(self, *numbers: Numbers) -> Numbers:
        """Add up, and read the sum on a finer grid."""
        axis = self.axis if self.axis < 0 else self.axis + 1
        total = super().compute(*numbers)
        return Numbers(total.integers, total.num_fraction + _log2(numbers[0].integers.shape[axis]))

    def bounds(self, *bounds: Bounds) -> Bounds:
        """Bound the sum, and read it on a finer grid."""
        total = super().bounds(*bounds)
        fraction = total.num_fraction + _log2(bounds[0].lowest.shape[self.axis])
        return Bounds(total.lowest, total.highest, fraction, total.parity)


@dataclass(frozen=True)
class Max(Operation):
    """The largest along an axis, which is kept with length one where asked.

    Parameters
    ----------
    axis
        Which one.
    is_kept
        Whether the axis stays.
    """

    axis: int
    is_kept: bool = False

    def compute(self, *numbers: Numbers) -> Numbers:
        """Take the largest."""
        (given,) = numbers
        axis = self.axis if self.axis < 0 else self.axis + 1
        return Numbers(given.integers.max(axis=axis, keepdims=self.is_kept), given.num_fraction)

    def bounds(self, *bounds: Bounds) -> Bounds:
        """Take the largest of the ends."""
        (given,) = bounds
        lowest, highest = (
            np.asarray(end.max(axis=self.axis, keepdims=self.is_kept))
            for end in (given.lowest, given.highest)
        )
        return Bounds(lowest, highest, given.num_fraction, given.parity)


@dataclass(frozen=True)
class Add(Operation):
    """The sum of two tensors, an axis of length one stretched to the other's."""

    def compute(self, *numbers: Numbers) -> Numbers:
        """Add on the finer of both grids."""
        self._check(*(each.integers.shape[1:] for each in numbers))
        fraction = max(each.num_fraction for each in numbers)
        first, second = (each.finer(fraction) for each in numbers)
        return Numbers(first.integers + second.integers, fraction)

    def bounds(self, *bounds: Bounds) -> Bounds:
        """Add the ends on the finer of both grids."""
        self._check(*(each.lowest.shape for each in bounds))
        fraction = max(each.num_fraction for each in bounds)
        one, two = (each.finer(fraction) for each in bounds)
        known = one.parity is not None and two.parity is not None
        parity = ((one.parity or 0) + (two.parity or 0)) % 2 if known else None
        return Bounds(one.lowest + two.lowest, one.highest + two.highest, fraction, parity)

    def _check(self, one: Shape, two: Shape) -> None:
        if len(one) != len(two):  # numpy would stretch the axis of events
            raise UnequalAxesError(self.name, one, two)


@dataclass(frozen=True)
class Concatenate(Operation):
    """Tensors side by side along an axis.

    Parameters
    ----------
    axis
        Which one.
    """

    axis: int

    def compute(self, *numbers: Numbers) -> Numbers:
        """Put side by side on the finest of their grids."""
        fraction = max(each.num_fraction for each in numbers)
        axis = self.axis if self.axis < 0 else self.axis + 1
        parts = [each.finer(fraction).integers for each in numbers]
        return Numbers(np.concatenate(parts, axis=axis), fraction)

    def bounds(self, *bounds: Bounds) -> Bounds:
        """Put the ends side by side."""
        fraction = max(each.num_fraction for each in bounds)
        parts = [each.finer(fraction) for each in bounds]
        lowest = np.concatenate([part.lowest for part in parts], axis=self.axis)
        highest = np.concatenate([part.highest for part in parts], axis=self.axis)
        parities = {part.parity for part in parts}
        return Bounds(lowest, highest, fraction, parities.pop() if len(parities) == 1 else None)


@dataclass(frozen=True)
class _Moved(Operation):
    """An operation that computes nothing: numbers in other places."""

    @abstractmethod
    def move(self, integers: Integers, num_leading: int) -> Integers:
        """Put numbers in their places, behind so many leading axes."""

    def compute(self, *numbers: Numbers) -> Numbers:
        """Move the numbers."""
        (given,) = numbers
        return Numbers(self.move(given.integers, 1), given.num_fraction)

    def bounds(self, *bounds: Bounds) -> Bounds:
        """Move the ends."""
        (given,) = bounds
        lowest, highest = (self.move(end, 0) for end in (given.lowest, given.highest))
        return Bounds(lowest, highest, given.num_fraction, given.parity)


@dataclass(frozen=True)
class Take(_Moved):
    """Chosen entries of an axis, in the order of their indices: pairs of particles are made so.

    Parameters
    ----------
    indices
        From 0, any number of times each.
    axis
        Which one.
    """

    indices: tuple[int, ...]
    axis: int = 0

    def move(self, integers: Integers, num_leading: int) -> Integers:
        """Take them."""
        axis = self.axis if self.axis < 0 else self.axis + num_leading
        return integers.take(self.indices, axis=axis)


@dataclass(frozen=True)
class Transpose(_Moved):
    """Axes in another order.

    Parameters
    ----------
    axes
        The old axis that stands in each new place.
    """

    axes: tuple[int, ...]

    def move(self, integers: Integers, num_leading: int) -> Integers:
        """Transpose."""
        return integers.transpose(*range(num_leading), *(each + num_leading for each in self.axes))


@dataclass(frozen=True)
class Reshape(_Moved):
    """The same numbers in another shape, the last axis running fastest.

    Parameters
    ----------
    shape
        Without the events.
    """

    shape: Shape = field(default=())

    def move(self, integers: Integers, num_leading: int) -> Integers:
        """Reshape."""
        return integers.reshape((*integers.shape[:num_leading], *self.shape))


OPERATIONS: Sequence[type[Operation]] = (
    Dense,
    Quantise,
    Sum,
    Mean,
    Max,
    Add,
    Concatenate,
    Take,
    Transpose,
    Reshape,
)


def _log2(length: int) -> int:
    if length & (length - 1):
        raise ValueError(length)
    return length.bit_length() - 1
