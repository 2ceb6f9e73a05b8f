"""Spacings that fit, and biases half-way."""

import pytest
import torch

from vierbein_compression.calibration import best_spacing
from vierbein_compression.ties import BiasGrid


@pytest.mark.parametrize("bits", range(2, 9))
def test_a_full_grid_is_found(bits: int) -> None:
    """Values on every point of a grid need that grid, and no other."""
    values = torch.arange(2**bits) * 2.0**-3
    assert best_spacing(values, bits) == 2.0**-3


def test_idle_rectifiers() -> None:
    assert best_spacing(torch.zeros(5), 4) == 2.0**-3


def test_halves_and_wholes() -> None:
    bias = torch.tensor([-1.0, -0.3, 0.0, 0.124, 0.126, 7.9])
    halves = BiasGrid(0.25, is_half=True).nearest(bias)
    assert halves.tolist() == [-0.875, -0.375, 0.125, 0.125, 0.125, 7.875]
    wholes = BiasGrid(0.25, is_half=False).nearest(bias)
    assert wholes.tolist() == [-1.0, -0.25, 0.0, 0.0, 0.25, 8.0]
    assert (halves - bias).abs().max() <= 0.125 + 1e-6
