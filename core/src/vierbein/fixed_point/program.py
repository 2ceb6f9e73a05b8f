"""A fixed-point program: input words, operations, one output."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray

from vierbein.errors.fixed_point import UnknownTensorError
from vierbein.fixed_point.format import Format, Numbers
from vierbein.fixed_point.operations import Bounds, Operation, Shape

WORDS = "words"
"""Name of a program's input."""


@dataclass(frozen=True)
class Program:
    """What firmware computes, independent of the tool that lowers it.

    Parameters
    ----------
    shape
        Of an event's input words: particles by features.
    format
        Of each input word.
    operations
        In an order in which they can be computed; the last one gives the prediction.
    """

    shape: Shape
    format: Format
    operations: tuple[Operation, ...]

    def __post_init__(self) -> None:
        known = {WORDS}
        for operation in self.operations:
            for name in operation.inputs:
                if name not in known:
                    raise UnknownTensorError(operation.name, name, sorted(known))
            known.add(operation.name)

    def run(self, words: Int[NDArray[np.int64], "event ..."]) -> Mapping[str, Numbers]:
        """Compute every tensor, by name, in the order of the operations; exact.

        Parameters
        ----------
        words
            Whole numbers of the input format's spacings.

        Returns
        -------
        dict
            The input words first, the prediction last.
        """
        found = {WORDS: Numbers(words.astype(np.int64), self.format.num_fraction)}
        for operation in self.operations:
            found[operation.name] = operation.compute(*(found[name] for name in operation.inputs))
        return found

    def predict(self, words: Int[NDArray[np.int64], "event ..."]) -> Numbers:
        """Compute the prediction."""
        return self.run(words)[self.output]

    @property
    def output(self) -> str:
        """Name of the prediction's tensor."""
        return self.operations[-1].name

    @cached_property
    def bounds(self) -> Mapping[str, Bounds]:
        """Say between which numbers each tensor lies, whatever the input words are."""
        lowest, highest = (
            np.full(self.shape, end) for end in (self.format.lowest, self.format.highest)
        )
        found = {WORDS: Bounds(lowest, highest, self.format.num_fraction)}
        for operation in self.operations:
            found[operation.name] = operation.bounds(*(found[name] for name in operation.inputs))
        return found

    def shape_of(self, name: str) -> Shape:
        """Give a tensor's shape, without the events."""
        return self.bounds[name].lowest.shape

    def format_of(self, name: str) -> Format:
        """Give the narrowest format that holds a tensor for any input."""
        bounds = self.bounds[name]
        lowest, highest = int(bounds.lowest.min()), int(bounds.highest.max())
        is_signed = lowest < 0
        width = max((-lowest - 1).bit_length() if is_signed else 0, highest.bit_length())
        return Format(is_signed, max(width + is_signed, 1), bounds.num_fraction)
