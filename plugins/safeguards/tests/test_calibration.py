"""The limit's false-alarm rate holds for finite samples, and so does the count's distribution."""

import numpy as np
import pytest
from scipy import stats

from vierbein_safeguards.calibration import Calibration


@pytest.mark.parametrize("num_events", [19, 40, 137])
def test_a_new_event_stands_above_as_rarely_as_stated(num_events: int) -> None:
    calibration = Calibration(num_events, 0.05)
    rng = np.random.default_rng(num_events)
    num_draws = 20_000
    scores = rng.exponential(size=(num_draws, num_events + 1))
    above = sum(row[-1] > calibration.limit(row[:-1]) for row in scores)
    low, high = stats.binomtest(int(above), num_draws).proportion_ci(0.99)
    assert low <= calibration.probability(1, 1) <= high
    assert calibration.probability(1, 1) <= 0.05


def test_the_count_above_is_beta_binomial() -> None:
    calibration, num, num_draws = Calibration(60, 0.1), 50, 10_000
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(num_draws, 60 + num))
    counts = np.array([(row[60:] > calibration.limit(row[:60])).sum() for row in scores])
    for count in (3, 6, 10, 15):
        low, high = stats.binomtest(int((counts >= count).sum()), num_draws).proportion_ci(0.999)
        assert low <= calibration.probability(count, num) <= high


def test_a_binomial_would_understate_the_false_alarms() -> None:
    calibration = Calibration(60, 0.1)
    assert calibration.probability(15, 50) > 10 * stats.binom.sf(14, 50, 0.1)


def test_the_smallest_count_is_the_smallest() -> None:
    calibration = Calibration(500, 0.05)
    for num in (1, 10, 300):
        count = calibration.smallest_count(num, 0.01)
        assert calibration.probability(count, num) <= 0.01
        assert calibration.probability(count - 1, num) > 0.01
    assert calibration.smallest_count(1, 0.01) == 2
    assert calibration.smallest_count(0, 0.01) == 1


def test_ties_make_false_alarms_rarer() -> None:
    calibration = Calibration(99, 0.05)
    assert calibration.limit(np.ones(99)) == 1.0
    assert not np.any(np.ones(1000) > calibration.limit(np.ones(99)))


def test_the_limit_is_the_conformal_rank() -> None:
    assert Calibration(19, 0.05).limit(np.arange(19.0)) == 18
    assert Calibration(39, 0.05).limit(np.arange(39.0)) == 37
    assert Calibration(18, 0.05).num_above == 0
    assert Calibration(18, 0.05).needed == 19
