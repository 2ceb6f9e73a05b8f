"""Formats -> types of high-level synthesis, in the words of hls4ml's configuration."""

from vierbein.fixed_point.format import Format


def exactly(grid: Format) -> str:
    """Give the type of numbers that are on the grid: nothing is to be rounded.

    Of accumulators, too: where a partial sum wraps, the whole one comes out right.
    """
    return _type(grid, "TRN,WRAP")


def rounding(grid: Format) -> str:
    """Give the type of an activation: numbers half-way, which the exact profile has not, go up."""
    return _type(grid, "RND,SAT")


def _type(grid: Format, modes: str) -> str:
    kind = "fixed" if grid.is_signed else "ufixed"
    return f"{kind}<{grid.num_bits},{grid.num_bits - grid.num_fraction},{modes}>"
