"""Weighted conformal prediction covers under a shift, and refuses where it cannot know."""

import numpy as np
import pytest
from scipy import stats

from vierbein_safeguards.conformal import Conformal, density_ratio


def draw(num: int, shift: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    columns = rng.normal(size=(num, 2))
    columns[:, 0] += shift
    return columns, np.abs(rng.normal(size=num)) * (0.1 + 0.3 * np.abs(columns[:, 0]))


def test_without_a_shift_it_is_the_usual_rank() -> None:
    conformal = Conformal(np.arange(1.0, 100.0), np.ones(99), 0.9, 50)
    assert conformal.effective_events == pytest.approx(99)
    np.testing.assert_array_equal(conformal.limits(np.ones(2)), [90.0, 90.0])


def test_an_event_that_outweighs_all_others_has_no_limit() -> None:
    conformal = Conformal(np.arange(1.0, 100.0), np.ones(99), 0.9, 50)
    assert np.isinf(conformal.limits(np.array([1000.0])))[0]


def test_weights_are_the_ratio_of_two_normal_densities() -> None:
    rng = np.random.default_rng(0)
    known, asked = rng.normal(size=(20000, 1)), rng.normal(size=(20000, 1)) + 0.8
    weights, others = density_ratio(known, asked)
    slope = np.polyfit(known[:, 0], np.log(weights), 1)[0]
    assert slope == pytest.approx(0.8, abs=0.05)
    assert np.polyfit(asked[:, 0], np.log(others), 1)[0] == pytest.approx(slope)


def test_coverage_is_nominal_under_a_shift_where_that_without_weights_is_not() -> None:
    rng = np.random.default_rng(1)
    covered, plain = [], []
    for _ in range(60):
        (columns, misfit), (asked, truth) = draw(1000, 0.0, rng), draw(1000, 0.9, rng)
        weights, others = density_ratio(columns, asked)
        covered.append((truth <= Conformal(misfit, weights, 0.9, 100).limits(others)).mean())
        same = Conformal(misfit, np.ones(1000), 0.9, 100).limits(np.ones(1000))
        plain.append((truth <= same).mean())
    assert np.mean(covered) == pytest.approx(0.9, abs=0.02)
    assert np.mean(plain) < 0.86


def test_too_few_effective_events_are_refused_aloud() -> None:
    rng = np.random.default_rng(2)
    (columns, misfit), (asked, _) = draw(1000, 0.0, rng), draw(1000, 3.0, rng)
    weights, others = density_ratio(columns, asked)
    conformal = Conformal(misfit, weights, 0.9, 100)
    assert conformal.effective_events < 100
    assert conformal.refuses
    assert np.isinf(conformal.limits(others)).all()
    assert conformal.chance(0, 1000) == 1


def test_the_chance_of_misses_is_as_stated_where_nothing_is_wrong() -> None:
    rng, num = np.random.default_rng(3), 400
    alarms = 0
    for _ in range(num):
        conformal = Conformal(rng.random(200), np.ones(200), 0.9, 100)
        missed = int((rng.random(500) > conformal.limits(np.ones(500))).sum())
        alarms += conformal.chance(missed, 500) <= 0.1
    low, _ = stats.binomtest(alarms, num).proportion_ci(0.99)
    assert low <= 0.1
    assert alarms > 0.04 * num
