"""A 95 % interval contains the truth in 95 % of experiments, where there are few seeds too."""

import numpy as np
import pytest

from vierbein.experiment.compare.interval import Interval, Measured, mean_of, multiplicities

EVENTS, REPLICAS, EXPERIMENTS = 200, 100, 2000


@pytest.mark.parametrize("seeds", [3, 5])
@pytest.mark.parametrize("ratio", [0.0, 0.3, 1.0, 3.0])
def test_coverage(seeds, ratio):
    """Measure a mean over events whose true value is 0.

    The test events are common to all seeds; on top each seed is off by its own amount, whose mean
    over seeds fluctuates `ratio` times as much as the test events' mean does.
    """
    rng = np.random.default_rng([seeds, int(10 * ratio)])
    drawn = multiplicities(EVENTS, REPLICAS, seed=seeds) / EVENTS
    off = ratio * np.sqrt(seeds / EVENTS)
    inside = 0
    for _ in range(EXPERIMENTS):
        merit = rng.normal(size=EVENTS) + off * rng.normal(size=(seeds, 1))
        merit += 0.3 * rng.normal(size=(seeds, EVENTS))  # what a seed does with single events
        found = Measured(merit.mean(axis=1), merit @ drawn.T).interval(0.95)
        inside += found.low <= 0 <= found.high
    assert 0.93 <= inside / EXPERIMENTS <= 0.995


def test_one_seed_has_the_test_events_fluctuation_alone():
    rng = np.random.default_rng(0)
    measured = Measured(np.array([0.9]), 0.9 + 0.01 * rng.normal(size=(1, 4000)))
    assert measured.interval(0.95).half_width == pytest.approx(1.96 * 0.01, rel=0.05)
    assert measured.interval(0.6827).half_width == pytest.approx(0.01, rel=0.05)


def test_seeds_that_agree_leave_the_test_events_fluctuation_and_the_other_way_round():
    replicas = np.tile(0.9 + 0.01 * np.random.default_rng(0).normal(size=4000), (3, 1))
    assert Measured(np.full(3, 0.9), replicas).interval(0.95).half_width == pytest.approx(
        1.96 * 0.01, rel=0.05
    )
    values = np.array([0.8, 0.9, 1.0])
    exact = Measured(values, np.repeat(values[:, None], 50, axis=1)).interval(0.95)
    assert exact.half_width == pytest.approx(4.3027 * 0.1 / np.sqrt(3), rel=1e-4)  # t of 2
    assert exact.value == pytest.approx(0.9)


def test_a_difference_of_arms_cancels_what_they_share():
    shared = np.random.default_rng(1).normal(size=200)
    first = Measured(np.array([0.8, 0.7]), 0.1 * shared + np.array([[0.8], [0.7]]))
    second = Measured(np.array([0.6, 0.5]), 0.1 * shared + np.array([[0.6], [0.5]]))
    found = (first - second).interval(0.95)
    assert (found.low, found.high) == pytest.approx((0.2, 0.2))
    assert first.interval(0.95).half_width > 0.1


def test_the_zero_shot_networks_single_seed_meets_all_of_the_others():
    alone = Measured(np.array([0.9]), np.full((1, 5), 0.9))
    several = Measured(np.array([0.7, 0.8]), np.array([[0.7] * 5, [0.8] * 5]))
    assert (alone - several).values == pytest.approx([0.2, 0.1])
    assert (alone - several).replicas.shape == (2, 5)


def test_means_are_taken_seed_by_seed():
    first = Measured(np.array([1.0, 3.0]), np.array([[1.0], [3.0]]))
    second = Measured(np.array([3.0, 7.0]), np.array([[5.0], [1.0]]))
    pooled = mean_of([first, second])
    assert pooled.values.tolist() == [2.0, 5.0]
    assert pooled.replicas.tolist() == [[3.0], [2.0]]


def test_every_replica_has_as_many_events_as_there_are():
    drawn = multiplicities(500, 300, seed=4)
    assert drawn.shape == (300, 500)
    assert (drawn.sum(axis=1) == 500).all()
    assert drawn.var() == pytest.approx(1.0, abs=0.02)  # Poisson's, nearly
    assert (drawn == multiplicities(500, 300, seed=4)).all()
    assert (drawn != multiplicities(500, 300, seed=5)).any()


def test_an_interval_is_plain_data():
    assert Interval(0.5, 0.25, 0.75).to_json() == {"value": 0.5, "low": 0.25, "high": 0.75}
