"""Areas under curves against scikit-learn's, class weights, and what cannot be classified."""

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.metrics import roc_auc_score
from torch import nn

from vierbein.testing.made_events import made_events
from vierbein_tasks.classification import Classification
from vierbein_tasks.errors import (
    FewClassesError,
    TruthShapeError,
    UnknownClassError,
    UnknownCodeError,
    UnsuitableSettingError,
)
from vierbein_tasks.ranking import auc

CODES = {"cc_0pi": 10, "cc_1pi": 11, "nc": 20}


def drawn(num, seed=0):
    """Draw codes, and scores that know a little of them."""
    rng = np.random.default_rng(seed)
    index = rng.integers(0, 3, num)
    logits = rng.normal(size=(num, 3)) + 1.5 * np.eye(3)[index]
    scores = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return {"kind": np.array([10, 11, 20])[index]}, scores.astype(np.float32)


@pytest.mark.parametrize("decimals", [1, 7])
def test_auc_is_scikit_learn_s_ties_and_weights_included(decimals):
    truth, scores = drawn(500)
    is_signal, score = truth["kind"] == 11, scores[:, 1].round(decimals)
    weights = np.random.default_rng(1).uniform(0, 3, (2, 500))
    expected = [roc_auc_score(is_signal, score, sample_weight=row) for row in weights]
    assert np.allclose(auc(score, is_signal, weights), expected, rtol=1e-9)


def test_negative_weights_subtract():
    truth, scores = drawn(200)
    twice = np.concatenate([scores[:, 0], scores[:50, 0], scores[:50, 0]])
    is_signal = truth["kind"] == 10
    doubled = np.concatenate([is_signal, is_signal[:50], is_signal[:50]])
    weights = np.concatenate([np.ones(250), -np.ones(50)])[None]
    expected = auc(scores[:, 0], is_signal, np.ones((1, 200)))
    assert np.allclose(auc(twice, doubled, weights), expected)


def test_normal_scores_have_the_area_of_their_separation():
    """Two normal distributions one standard deviation apart: the normal integral of 1/sqrt(2)."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, 5000)
    score = stats.norm.cdf(rng.normal(kind, 1.0))
    scores = np.stack([1 - score, score], axis=1).astype(np.float32)
    task = Classification("kind", {"background": 0, "signal": 1})
    figure = task.figures(scores, {"kind": kind}, np.ones(5000))[0]
    assert figure.low < stats.norm.cdf(1 / np.sqrt(2)) < figure.high
    assert figure.high - figure.low < 0.04


def test_the_metric_is_the_mean_over_classes_that_have_events():
    truth, scores = drawn(600)
    task, ones = Classification("kind", CODES), np.ones((1, 600))
    each = [auc(scores[:, i], truth["kind"] == c, ones)[0] for i, c in enumerate(CODES.values())]
    assert task.measure(scores, truth, ones)[0] == pytest.approx(np.mean(each))
    named = {figure.name: figure.value for figure in task.figures(scores, truth, ones[0])}
    assert named["AUC of cc_1pi"] == pytest.approx(each[1])
    called = np.array([10, 11, 20])[scores.argmax(1)]
    assert named["accuracy"] == pytest.approx(np.mean(called == truth["kind"]))
    found = [np.mean(called[truth["kind"] == code] == code) for code in CODES.values()]
    assert named["mean efficiency"] == pytest.approx(np.mean(found))
    two = np.where(truth["kind"] == 20, 0.0, 1.0)[None]
    expected = [auc(scores[:, i], truth["kind"] == c, two)[0] for i, c in ((0, 10), (1, 11))]
    assert task.measure(scores, truth, two)[0] == pytest.approx(np.mean(expected))
    one = np.where(truth["kind"] == 20, 1.0, 0.0)[None]
    assert np.isnan(task.measure(scores, truth, one)[0])


def test_class_weights_are_of_the_loss_alone():
    truth, scores = drawn(50)
    events = made_events(lengths=[1] * 50, truth={"kind": torch.from_numpy(truth["kind"])})
    logits = torch.from_numpy(scores).log()
    task, weighted = (Classification("kind", CODES, class_weights=w) for w in (None, {"nc": 4.0}))
    ratio = weighted.loss(logits, events) / task.loss(logits, events)
    expected = torch.where(events.truth["kind"] == 20, 4.0, 1.0)
    torch.testing.assert_close(ratio, expected)
    index = torch.tensor([[10, 11, 20].index(code) for code in truth["kind"]])
    torch.testing.assert_close(
        task.loss(logits, events),
        nn.functional.nll_loss(logits.log_softmax(1), index, reduction="none"),
    )
    ones = np.ones((1, 50))
    assert weighted.measure(scores, truth, ones) == task.measure(scores, truth, ones)


def test_curve_ends_at_everything():
    truth, scores = drawn(300)
    line = Classification("kind", CODES, signal="cc_0pi").curve("a", scores, truth, np.ones(300))
    assert (line.x[0], line.y[0], line.x[-1], line.y[-1]) == (0, 0, 1, 1)
    is_signal = truth["kind"] == 10
    area = np.trapezoid(line.x, line.y)
    assert area == pytest.approx(roc_auc_score(is_signal, scores[:, 0]), abs=0.01)


def test_trees_give_a_class_never_seen_no_chance():
    truth, scores = drawn(100)
    task = Classification("kind", CODES)
    weights = np.where(truth["kind"] == 20, -1.0, 1.0)
    observables = scores.astype(np.float64)
    found = task.baseline(observables, truth, weights, seed=0).scores(observables)
    assert not found[:, 2].any()
    assert np.allclose(found.sum(1), 1)


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"classes": {"a": 0}}, FewClassesError, "1 distinct"),
        ({"classes": {"a": 0, "b": 0}}, FewClassesError, "code of its own"),
        ({"signal": "c"}, UnknownClassError, "signal names the class 'c'"),
        ({"class_weights": {"cc_0p": 2.0}}, UnknownClassError, "Did you mean cc_0pi"),
        ({"class_weights": {"nc": 0.0}}, UnsuitableSettingError, "class_weights.nc=0"),
    ],
)
def test_settings_that_fit_no_classes(settings, error, words):
    with pytest.raises(error, match=words):
        Classification(**{"truth": "kind", "classes": CODES} | settings)


def test_truths_that_are_no_class():
    truth, scores = drawn(20)
    task, ones = Classification("kind", CODES), np.ones((1, 20))
    other = {"kind": np.where(truth["kind"] == 20, 30, truth["kind"])}
    with pytest.raises(UnknownCodeError, match="'kind' has the code 30"):
        task.measure(scores, other, ones)
    with pytest.raises(TruthShapeError, match=r"shape \(20, 1\)"):
        task.measure(scores, {"kind": truth["kind"][:, None]}, ones)
