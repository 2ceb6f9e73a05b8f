"""The significance improvement of a score whose answer is known."""

import numpy as np
import pytest
from scipy import stats

from vierbein_safeguards.improvement import FEWEST, improvement, mean_improvement


def drawn(seed, shift, num=4000):
    rng = np.random.default_rng(seed)
    return rng.normal(size=num), rng.normal(shift, size=num)


def test_a_score_that_tells_nothing_gains_nothing():
    found = [improvement("", *drawn(seed, 0.0)) for seed in range(40)]
    assert np.mean([each.value for each in found]) == pytest.approx(1, abs=0.1)
    assert all(each.low <= each.value <= each.high for each in found)


def test_a_gaussian_score_has_its_known_gain():
    cuts = np.linspace(-3, stats.norm.isf(FEWEST / 2000), 200)
    truth = (stats.norm.sf(cuts - 2) / np.sqrt(stats.norm.sf(cuts))).max()
    found = [improvement("", *drawn(seed, 2.0)) for seed in range(40)]
    assert np.mean([each.value for each in found]) == pytest.approx(truth, rel=0.05)
    covered = sum(each.low <= truth <= each.high for each in found)
    assert stats.binomtest(covered, 40).proportion_ci(0.99).high > 0.9


def test_a_cut_leaves_ten_background_events():
    background, signal = drawn(0, 30.0, num=200)
    found = improvement("", background, signal)
    assert found.value <= np.sqrt(100 / FEWEST) + 1e-9
    assert improvement("", background[:30], signal).value == 1.0


def test_seeds_that_differ_widen_the_interval():
    same = mean_improvement("", [improvement("", *drawn(0, 2.0))] * 3)
    other = mean_improvement("", [improvement("", *drawn(0, shift)) for shift in (1.0, 2.0, 3.0)])
    assert other.high - other.low > 2 * (same.high - same.low)
