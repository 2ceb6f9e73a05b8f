"""The exact profile: rules under which every tool computes the same bits."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from vierbein.fixed_point.operations import Bounds, Dense, Mean, Quantise
from vierbein.fixed_point.program import WORDS, Program

EXACT_BITS: Final = 24
"""Width up to which 32-bit floats, which some tools compute with, hold whole numbers exactly."""


@dataclass(frozen=True)
class Finding:
    """A layer that breaks a rule.

    Parameters
    ----------
    layer
        Its name.
    rule
        The rule's name: scale, ties, mean, accumulator, unquantised.
    what
        What was found, and what to do.
    """

    layer: str
    rule: str
    what: str

    def __str__(self) -> str:
        """Give it in one line."""
        return f"{self.layer}: {self.rule}: {self.what}"


def check_profile(program: Program) -> list[Finding]:
    """Find what would be computed differently by tools that round or add in other ways.

    Ties: tools round a number half-way between two points of a grid to the even one, upwards, or
    away from zero. Biases at odd multiples of half the accumulator's spacing keep accumulators off
    them, if rounding drops two bits at least. Accumulators: some tools add in 32-bit floats.

    Parameters
    ----------
    program
        To look at.

    Returns
    -------
    list
        A finding for each layer and rule; none if the program is exact everywhere.
    """
    findings, source = [], {WORDS: False}
    for operation in program.operations:
        is_mean = isinstance(operation, Mean)
        if not isinstance(operation, Dense | Quantise):
            is_mean = is_mean or any(source[name] for name in operation.inputs)
        source[operation.name] = is_mean
        given = program.bounds[operation.inputs[0]]
        if isinstance(operation, Quantise) and _may_tie(given, operation.format.num_fraction):
            if source[operation.inputs[0]]:
                what = "a mean is requantised, and lies half-way often: "
                what += "put a dense layer between, or take the sum or the maximum"
                findings.append(Finding(operation.name, "mean", what))
            else:
                what = "numbers may lie half-way between two points of the grid: "
                what += "snap the biases before it to odd multiples of half a spacing"
                findings.append(Finding(operation.name, "ties", what))
        if isinstance(operation, Dense) and not _is_narrow(given):
            what = "its input is an accumulator: put a quantised activation before it"
            findings.append(Finding(operation.name, "unquantised", what))
        bounds = program.bounds[operation.name]
        largest = int(np.maximum(-bounds.lowest, bounds.highest).max())
        if largest.bit_length() > EXACT_BITS:
            what = f"numbers of {largest.bit_length()} bits, where {EXACT_BITS} are exact: "
            what += "use fewer bits, or fewer inputs"
            findings.append(Finding(operation.name, "accumulator", what))
    return findings


_WIDEST_INPUT = 16


def _is_narrow(bounds: Bounds) -> bool:
    largest = int(np.maximum(-bounds.lowest, bounds.highest).max())
    return largest.bit_length() <= _WIDEST_INPUT


def _may_tie(given: Bounds, num_fraction: int) -> bool:
    dropped = given.num_fraction - num_fraction
    if dropped <= 0:
        return False
    # A tie is an odd multiple of half the new spacing: of one, if one bit is dropped.
    return given.parity != (0 if dropped == 1 else 1)
