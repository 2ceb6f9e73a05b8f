"""How many times fewer events: against curves whose answer is known."""

import numpy as np
import pytest

from vierbein.experiment.compare.efficiency import events_needed, label_efficiency
from vierbein.experiment.compare.interval import Measured

SIZES = [100, 300, 1000, 3000]
SLOPE = 0.02


def metric(num):
    """Grow with the logarithm of the number of events, as the interpolation supposes."""
    return 0.7 + SLOPE * np.log(num)


CURVE = metric(np.array(SIZES))


@pytest.mark.parametrize("num", [101, 173, 300, 550, 1000, 2999])
def test_on_the_curve_the_number_is_found(num):
    found, bound = events_needed(metric(num), SIZES, CURVE)
    assert found == pytest.approx(num)
    assert bound == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (metric(3000) + 1e-9, (3000, "at_least")),
        (5.0, (3000, "at_least")),
        (metric(100), (100, "at_most")),
        (0.0, (100, "at_most")),
    ],
)
def test_off_the_curve_there_is_a_bound(value, expected):
    assert events_needed(value, SIZES, CURVE) == expected


def test_the_largest_size_is_reached_by_its_own_metric():
    assert events_needed(CURVE[-1], SIZES, CURVE) == (pytest.approx(3000), "")


def test_a_curve_that_falls_is_made_monotone():
    falling = np.array([0.8, 0.75, 0.7, 0.9])
    assert events_needed(0.8, SIZES, falling) == (100, "at_most")
    number, bound = events_needed(0.85, SIZES, falling)
    assert number == pytest.approx(np.sqrt(1000 * 3000))
    assert bound == ""
    flat = np.array([0.8, 0.8, 0.8, 0.8])
    assert events_needed(0.8, SIZES, flat) == (100, "at_most")
    assert events_needed(0.81, SIZES, flat) == (3000, "at_least")


def test_a_better_metric_never_needs_fewer_events():
    rng = np.random.default_rng(0)
    for _ in range(50):
        curve = rng.normal(size=4)
        needed = [events_needed(value, SIZES, curve)[0] for value in np.linspace(-3, 3, 200)]
        assert needed == sorted(needed)
        assert min(needed) >= 100
        assert max(needed) <= 3000


@pytest.fixture
def measured():
    """Measure a level with noise of seeds, and noise of test events that all arms share."""
    rng = np.random.default_rng(11)

    def measure(levels, seeds, seed_noise, test_noise, replicas=100):
        common, again = test_noise * rng.normal(), test_noise * rng.normal(size=replicas)
        arms = []
        for level in levels:
            own, own_again = 0.3 * test_noise * rng.normal(), rng.normal(size=replicas)
            values = level + common + own + seed_noise * rng.normal(size=seeds)
            arms.append(Measured(values, values[:, None] + again + 0.3 * test_noise * own_again))
        return arms

    return measure


@pytest.mark.parametrize("seeds", [3, 5])
@pytest.mark.parametrize(("seed_noise", "test_noise"), [(3e-3, 0.0), (3e-3, 3e-3)])
def test_the_interval_contains_the_truth_in_the_stated_share(
    measured, seeds, seed_noise, test_noise
):
    inside, experiments = 0, 150
    for experiment in range(experiments):
        arm, *twins = measured([metric(900), *CURVE], seeds, seed_noise, test_noise)
        found = label_efficiency(arm, twins, SIZES, 0.95, per=300, seed=experiment)
        high = np.inf if found.high is None else found.high
        inside += found.low <= 3.0 <= high  # an arm of 300 events, as good as a twin of 900
    assert 0.9 <= inside / experiments <= 0.99


def test_without_noise_it_is_the_number_itself(measured):
    arm, *twins = measured([metric(900), *CURVE], 3, 0.0, 0.0)
    found = label_efficiency(arm, twins, SIZES, 0.95, per=300, seed=0)
    assert (found.value, found.low, found.high) == pytest.approx((3.0, 3.0, 3.0))
    assert found.bound == ""
    worth = label_efficiency(arm, twins, SIZES, 0.95, per=1, seed=0)
    assert worth.value == pytest.approx(900)


def test_what_the_twin_never_reaches_is_a_bound_without_an_upper_end(measured):
    arm, *twins = measured([0.95, *CURVE], 3, 1e-3, 1e-3)
    found = label_efficiency(arm, twins, SIZES, 0.95, per=300, seed=0)
    assert (found.value, found.low, found.high, found.bound) == (10.0, 10.0, None, "at_least")


def test_what_the_twin_always_reaches_is_a_bound_from_above(measured):
    arm, *twins = measured([0.5, *CURVE], 3, 1e-3, 1e-3)
    found = label_efficiency(arm, twins, SIZES, 0.95, per=300, seed=0)
    assert found.value == found.low == found.high == pytest.approx(1 / 3)
    assert found.bound == "at_most"


def test_a_zero_shot_network_of_one_seed_is_measured_against_several(measured):
    (alone,) = measured([metric(900)], 1, 0.0, 0.0)
    twins = measured(CURVE, 3, 3e-3, 0.0)
    found = label_efficiency(alone, twins, SIZES, 0.95, per=1, seed=0)
    assert found.high is not None
    assert found.low < found.value < found.high


def test_what_is_common_to_a_seeds_arms_does_not_widen_the_interval():
    def shifted(common):
        off = common * np.array([-1.0, 0.0, 1.0])
        return [
            Measured(level + off, (level + off)[:, None] + np.zeros((1, 50)))
            for level in [metric(900), *CURVE]
        ]

    for common in (0.0, 0.01):
        arm, *twins = shifted(common)
        found = label_efficiency(arm, twins, SIZES, 0.95, per=300, seed=0)
        assert (found.low, found.high) == pytest.approx((3.0, 3.0))


def test_a_replica_on_which_the_metric_is_not_defined_does_not_count(measured):
    arm, *twins = measured([metric(900), *CURVE], 3, 1e-3, 1e-3)
    lacking = Measured(arm.values, np.where(np.arange(100) < 90, arm.replicas, np.nan))
    found = label_efficiency(lacking, twins, SIZES, 0.95, per=300, seed=0)
    assert found.high is not None
    assert found.low < found.value < found.high
