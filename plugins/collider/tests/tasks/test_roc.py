import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from vierbein_collider.tasks.roc import auc, auc_interval, clopper_pearson, effective_number, rank


@pytest.fixture
def toy():
    rng = np.random.default_rng(0)
    is_signal = rng.random(600) < 0.4
    score = np.round(rng.normal(is_signal * 0.8, 1.0), 1)  # with ties
    return score, is_signal, rng.uniform(0.1, 3.0, 600)


def test_auc_is_scikit_learns(toy):
    score, is_signal, weight = toy
    ranking = rank(score, is_signal)
    assert auc(ranking, np.ones(600)) == pytest.approx(roc_auc_score(is_signal, score), abs=1e-12)
    weighted = roc_auc_score(is_signal, score, sample_weight=weight)
    assert auc(ranking, weight) == pytest.approx(weighted, abs=1e-12)


def test_a_negative_weight_takes_an_event_back(toy):
    score, is_signal, weight = toy
    doubled = rank(np.tile(score, 2), np.tile(is_signal, 2))
    cancelled = np.where(np.arange(600) < 50, -weight, 0.0)
    kept = auc(rank(score[50:], is_signal[50:]), weight[50:])
    assert auc(doubled, np.concatenate([weight, cancelled])) == pytest.approx(kept, abs=1e-12)


def test_auc_is_not_defined_without_both_classes(toy):
    score, is_signal, weight = toy
    ranking = rank(score, is_signal)
    assert np.isnan(auc(ranking, np.where(is_signal, weight, 0.0)))
    assert np.isnan(auc(ranking, np.where(is_signal, -weight, weight)))


@pytest.mark.parametrize("is_weighted", [False, True])
def test_delong_interval_has_its_coverage(is_weighted):
    rng = np.random.default_rng(1)
    truth = 0.7602  # two unit normals one apart: Phi(1 / sqrt 2)
    trials = 400
    covered = 0
    for _ in range(trials):
        is_signal = np.repeat([True, False], 150)
        score = rng.normal(is_signal, 1.0)
        weight = (
            rng.choice([-0.5, 1.0, 2.0], 300, p=[0.1, 0.6, 0.3]) if is_weighted else np.ones(300)
        )
        low, high = auc_interval(rank(score, is_signal), weight, level=0.9)
        covered += low < truth < high
    assert covered / trials == pytest.approx(0.9, abs=0.045)  # three binomial deviations


def test_clopper_pearson_covers_at_least_its_level():
    rng = np.random.default_rng(2)
    intervals = {k: clopper_pearson(k, 40, 0.9) for k in range(41)}
    passed = rng.binomial(40, 0.12, 4000)
    covered = np.mean([intervals[k][0] <= 0.12 <= intervals[k][1] for k in passed])
    assert 0.9 - 0.015 < covered < 0.99


def test_effective_number():
    assert effective_number(np.full(7, 3.0)) == pytest.approx(7)
    assert effective_number(np.array([1.0, 1.0, -1.0])) == pytest.approx(1 / 3)
