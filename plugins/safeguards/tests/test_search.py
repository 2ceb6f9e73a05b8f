"""The search on columns: calibrated without signal, and no blinder than the signal is weak."""

import numpy as np
import pytest
from scipy import stats

from vierbein_safeguards.search import TAIL, Search

COLUMNS, EVENTS, TOYS = 6, 500, 2000


@pytest.fixture(scope="module")
def background():
    return np.random.default_rng(0).normal(size=(3000, COLUMNS)) @ np.diag([1, 2, 3, 4, 5, 6])


@pytest.fixture(scope="module")
def search(background):
    return Search([background], EVENTS, TOYS, seed=0)


def shifted(background, distance, seed=1):
    signal = background[np.random.default_rng(seed).integers(0, len(background), 800)].copy()
    signal[:, 3] += 4 * distance
    return signal


def test_samples_without_signal_are_seen_as_often_as_agreed(search):
    seen = int((search.empty(2000, seed=1) > np.quantile(search.null, 0.95)).sum())
    rate = stats.binomtest(seen, 2000).proportion_ci(0.999)
    assert rate.low <= 0.05 <= rate.high


def test_their_p_values_are_uniform(search):
    above = len(search.null) - np.searchsorted(np.sort(search.null), search.empty(400, seed=2))
    assert stats.kstest((above + 1) / (len(search.null) + 1), "uniform").pvalue > 0.01


def test_the_farther_signal_is_seen_at_the_smaller_fraction(search, background):
    found = [search.toys([shifted(background, d)], 60, 0).half_power(TAIL) for d in (1, 2, 4)]
    assert found[0] > 1.7 * found[1] > 1.7 * found[2]


def test_what_differs_in_its_spread_alone_is_seen(search, background):
    narrow, wide = background[:800] * 0.3, background[:800] * 2.0
    assert search.toys([narrow], 60, 0).half_power(TAIL) < 0.3
    assert search.toys([wide], 60, 0).half_power(TAIL) < 0.3


def test_a_column_of_no_variance_changes_nothing(background, search):
    constant = np.column_stack([background, np.full(len(background), 7.0)])
    found = Search([constant], EVENTS, TOYS, seed=0).null
    assert found == pytest.approx(search.null)


def test_the_same_seed_gives_the_same_toys(background, search):
    signal = shifted(background, 2)
    again = Search([background], EVENTS, TOYS, seed=0).toys([signal], 20, seed=3)
    assert (again.injected == search.toys([signal], 20, seed=3).injected).all()
