"""Grids have the ends and the neighbours that their bits say; rounding keeps IEEE's rule."""

import numpy as np
import pytest

from vierbein.errors.fixed_point import CoarserGridError
from vierbein.fixed_point.format import Format, Numbers, rounded


@pytest.mark.parametrize(
    ("grid", "ends"),
    [
        (Format(is_signed=True, num_bits=4, num_fraction=2), (-2.0, 1.75)),
        (Format(is_signed=False, num_bits=4, num_fraction=2), (0.0, 3.75)),
        (Format(is_signed=True, num_bits=1, num_fraction=0), (-1.0, 0.0)),
        (Format(is_signed=False, num_bits=3, num_fraction=-2), (0.0, 28.0)),
        (Format(is_signed=True, num_bits=3, num_fraction=5), (-0.125, 0.09375)),
    ],
)
def test_ends(grid: Format, ends: tuple[float, float]) -> None:
    assert (grid.lowest * grid.spacing, grid.highest * grid.spacing) == ends


def test_ties_go_to_the_even_neighbour_on_both_sides_of_zero() -> None:
    halves = Numbers(np.array([-7, -5, -3, -1, 1, 3, 5, 7]), 1)  # -3.5, -2.5, ..., 3.5
    whole = rounded(halves, Format(is_signed=True, num_bits=6, num_fraction=0))
    assert whole.integers.tolist() == [-4, -2, -2, 0, 0, 2, 2, 4]


def test_it_saturates_at_both_ends_and_rectifies_without_a_sign() -> None:
    given = Numbers(np.array([-100, -9, -1, 0, 1, 9, 100]), 1)
    signed = rounded(given, Format(is_signed=True, num_bits=3, num_fraction=0))
    unsigned = rounded(given, Format(is_signed=False, num_bits=3, num_fraction=0))
    assert signed.integers.tolist() == [-4, -4, 0, 0, 0, 3, 3]
    assert unsigned.integers.tolist() == [0, 0, 0, 0, 0, 4, 7]


@pytest.mark.parametrize("num_fraction", [-2, 0, 1, 3])
def test_it_agrees_with_the_rounding_of_floats(num_fraction: int) -> None:
    given = Numbers(np.arange(-200, 200), 2)
    grid = Format(is_signed=True, num_bits=7, num_fraction=num_fraction)
    scaled = np.round(given.values / grid.spacing)  # numpy's ties are IEEE's: to even
    expected = np.clip(scaled, grid.lowest, grid.highest) * grid.spacing
    assert np.array_equal(rounded(given, grid).values, expected)


def test_numbers_on_a_finer_grid_are_the_same_numbers() -> None:
    given = Numbers(np.array([-3, 0, 5]), 1)
    assert given.finer(4).values.tolist() == given.values.tolist() == [-1.5, 0.0, 2.5]


def test_numbers_are_never_squeezed_onto_a_coarser_grid() -> None:
    # A shift by a negative number gives zeros without a word.
    with pytest.raises(CoarserGridError, match=r"3 fraction.* with 2\.\n.*coarser.*\n.*finer"):
        Numbers(np.array([2]), 3).finer(2)
