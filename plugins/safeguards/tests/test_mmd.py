"""The discrepancy of two samples: exact where nothing differs, and in known units where it does."""

import numpy as np
import pytest
from scipy import stats

from vierbein_safeguards.mmd import discrepancy


def compare(rng, events, num=300):
    train, familiar = rng.normal(size=(2, num, events.shape[1]))
    return discrepancy(train, familiar, events, 0.02, rng)


def test_its_probability_is_uniform_where_nothing_differs():
    rng = np.random.default_rng(0)
    found = [compare(rng, rng.normal(size=(60, 4)), 80).chance for _ in range(400)]
    assert stats.kstest(found, "uniform").pvalue > 0.01
    assert stats.binomtest(int(np.sum(np.array(found) <= 0.05)), 400).proportion_ci().low <= 0.05


def test_a_shift_of_the_mean_is_seen():
    rng = np.random.default_rng(1)
    shifted = [compare(rng, rng.normal(size=(300, 8)) + np.eye(8)[0] * 0.5) for _ in range(20)]
    assert np.mean([found.chance <= 0.05 for found in shifted]) >= 0.9


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_its_unit_is_the_share_of_events_from_elsewhere(share):
    rng = np.random.default_rng(2)
    found = []
    for _ in range(10):
        events = rng.normal(size=(500, 3))
        far = rng.random(500) < share
        events[far] += 1e3 * rng.normal(size=(far.sum(), 3))
        found.append(compare(rng, events, 500).share)
    assert np.mean(found) == pytest.approx(share, rel=0.1)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_a_number_is_far_away(value):
    rng = np.random.default_rng(3)
    events = rng.normal(size=(200, 2))
    events[:100, 0] = value
    found = compare(rng, events)
    assert found.chance <= 0.02
    assert found.share > 0.3


def test_one_event_is_no_batch():
    rng = np.random.default_rng(4)
    assert compare(rng, np.zeros((1, 2))).chance == 1
    assert compare(rng, np.zeros((0, 2))).share == 0
