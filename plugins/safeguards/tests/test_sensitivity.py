"""The signal fraction at half power, in a linear-Gaussian world where it is known exactly."""

import numpy as np
import pytest
from scipy import stats

from vierbein_safeguards.linear_world import FALSE_ALARM, LinearWorld
from vierbein_safeguards.sensitivity import Toys, half_power_ratio

WHOLE = LinearWorld(10, 1.0)
PROJECTED = [WHOLE, LinearWorld(6, 0.5), LinearWorld(6, 0.1)]
NAMES = ["whole", "half", "tenth"]


def ratio(rng, world, **toys):
    return half_power_ratio(
        [world.toys(rng, **toys)],
        [WHOLE.toys(rng, **toys)],
        false_alarm=FALSE_ALARM,
        level=0.9,
        num_replicas=100,
        rng=rng,
    )


def test_the_known_answers():
    found = [world.half_power / WHOLE.half_power for world in PROJECTED]
    assert found == pytest.approx([1.0, 1.290, 2.884], abs=0.001)


@pytest.mark.parametrize("world", PROJECTED, ids=NAMES)
def test_half_power_has_no_bias_above_three_percent(world):
    rng = np.random.default_rng(0)
    found = [world.toys(rng).half_power(FALSE_ALARM) for _ in range(40)]
    assert np.mean(found) == pytest.approx(world.half_power, rel=0.03)


@pytest.mark.parametrize("world", PROJECTED, ids=NAMES)
def test_the_interval_of_the_ratio_covers_the_truth(world):
    rng, truth = np.random.default_rng(1), world.half_power / WHOLE.half_power
    found = [ratio(rng, world) for _ in range(100)]
    covered = sum(each.low <= truth <= each.high for each in found)
    assert stats.binomtest(covered, 100).proportion_ci(0.99).high > 0.9
    assert stats.binomtest(covered, 100).proportion_ci(0.99).low < 0.9


def test_the_null_toys_count_in_the_interval():
    def half_width(num_null):
        found = ratio(np.random.default_rng(2), WHOLE, num_null=num_null, num_injections=5000)
        return np.log(found.high / found.low)

    assert half_width(300) > 2 * half_width(10_000)


def test_a_signal_beyond_reach_needs_the_largest_strength_at_least():
    rng = np.random.default_rng(3)
    toys = Toys(rng.normal(size=2000), np.linspace(0.1, 1, 8), rng.normal(size=(8, 100)))
    assert toys.half_power(FALSE_ALARM) == 1.0


def test_seeds_that_differ_widen_the_interval():
    rng = np.random.default_rng(4)
    same = [LinearWorld(6, 0.5).toys(rng) for _ in range(4)]
    differing = [LinearWorld(6, kept).toys(rng) for kept in (1.0, 0.5, 0.25, 0.125)]
    reference = [WHOLE.toys(rng) for _ in range(4)]
    settings = {"false_alarm": FALSE_ALARM, "level": 0.9, "num_replicas": 100, "rng": rng}
    narrow, wide = (half_power_ratio(ours, reference, **settings) for ours in (same, differing))
    assert np.log(wide.high / wide.low) > 3 * np.log(narrow.high / narrow.low)
