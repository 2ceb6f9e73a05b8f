import numpy as np
import pytest

from vierbein_collider.generation.precision import round_grid, round_mantissa


@pytest.mark.parametrize("bits", [8, 10, 14])
def test_mantissa_error_is_at_most_half_a_step(bits):
    values = np.exp(np.random.default_rng(0).normal(0, 5, 10_000)).astype(np.float32)
    rounded = round_mantissa(values, bits)
    relative = np.abs(rounded / values.astype(float) - 1)
    assert relative.max() <= 2.0 ** -(bits + 1)
    assert relative.max() > 0.9 * 2.0 ** -(bits + 1)
    assert np.array_equal(round_mantissa(rounded, bits), rounded)
    assert (np.diff(round_mantissa(np.sort(values), bits)) >= 0).all()


def test_grid_error_is_at_most_half_a_step():
    values = np.random.default_rng(0).normal(0, 1, 10_000)
    rounded = round_grid(values, 12)
    assert np.abs(rounded - values).max() <= 2.0**-13
    assert not np.any(rounded * 4096 % 1)
    assert not np.signbit(round_grid(np.array([-1e-9]), 12)).any()
