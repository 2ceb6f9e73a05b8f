import math

import pytest

from vierbein.training.schedule import rate


@pytest.mark.parametrize("steps", [1, 2, 7, 100])
@pytest.mark.parametrize("warmup", [0.0, 0.1, 0.5, 1.0])
def test_it_rises_to_the_peak_and_falls_towards_zero(steps, warmup):
    rates = [rate(step, steps, 0.3, warmup) for step in range(steps)]
    assert max(rates) == pytest.approx(0.3)
    assert all(0 < value <= 0.3 for value in rates)
    top = rates.index(max(rates))
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert abs((top + 1) - max(1, warmup * steps)) < 1


def test_its_mean_over_warmup_and_cosine_is_half_the_peak():
    rates = [rate(step, 10_000, 2.0, 0.2) for step in range(10_000)]
    assert sum(rates) / len(rates) == pytest.approx(1.0, abs=1e-3)
    assert rates[5999] == pytest.approx(2.0 * 0.5 * (1 + math.cos(math.pi * 0.5)), abs=1e-3)
