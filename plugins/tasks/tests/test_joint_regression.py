import numpy as np
import pytest
import torch

from vierbein.errors.predictions import PredictionShapeError
from vierbein.testing.made_events import made_events
from vierbein_tasks.errors import NoTruthError, UnsuitableSettingError
from vierbein_tasks.joint_regression import JointRegression

NUM = 400


@pytest.fixture
def task():
    return JointRegression({"a": 2.0, "b": 0.5}, locations={"a": 10.0}, units={"a": "GeV"})


@pytest.fixture
def truth():
    drawn = np.random.default_rng(0).normal(size=(2, NUM))
    return {"a": 10 + 2 * drawn[0], "b": 0.5 * drawn[1]}


def off(truth, by_a, by_b):
    return np.stack([truth["a"] + by_a, truth["b"] + by_b], axis=1).astype(np.float32)


def test_the_metric_is_the_mean_of_the_parts_in_units_of_the_scales(task, truth):
    scores = off(truth, 2.0, 1.0)  # one scale, and two
    assert task.measure(scores, truth, np.ones((1, NUM)))[0] == pytest.approx(
        -(1 + 4) / 2, rel=1e-5
    )
    parts = task.parts(scores, truth)
    means = {name: part.merit[part.belongs].mean() for name, part in parts.items()}
    assert means == {"a": pytest.approx(-1, rel=1e-5), "b": pytest.approx(-4, rel=1e-5)}


def test_a_total_can_improve_while_one_truth_gets_worse(task, truth):
    before, after = off(truth, 4.0, 0.1), off(truth, 1.0, 0.5)
    weights = np.ones((1, NUM))
    assert task.measure(after, truth, weights) > task.measure(before, truth, weights)
    merits = [task.parts(scores, truth)["b"].merit.mean() for scores in (before, after)]
    assert merits[1] < merits[0]


def test_each_error_has_its_own_unit(task, truth):
    figures = {f.name: f for f in task.figures(off(truth, 3.0, 0.2), truth, np.ones(NUM))}
    assert figures["error of a"].value == pytest.approx(3.0, rel=1e-5)
    assert (figures["error of a"].unit, figures["error of b"].unit) == ("GeV", "1")
    assert figures["error of b"].value == pytest.approx(0.2, rel=1e-5)


def test_the_loss_is_the_negative_metric_over_two(task, truth):
    scores = off(truth, 1.0, -0.4)
    tensors = {name: torch.from_numpy(values) for name, values in truth.items()}
    events = made_events(lengths=[1] * NUM, truth=tensors)
    prediction = (torch.from_numpy(scores).double() - torch.tensor([10.0, 0.0])) / torch.tensor(
        [2.0, 0.5]
    )
    torch.testing.assert_close(
        task.scores(prediction).numpy(), scores.astype(float), rtol=1e-6, atol=1e-6
    )
    metric = task.measure(scores, truth, np.ones((1, NUM)))[0]
    assert float(task.loss(prediction, events).mean()) == pytest.approx(-metric / 2, rel=1e-5)
    with pytest.raises(PredictionShapeError):
        task.loss(prediction[:, :1], events)


def test_event_weights_count_and_without_any_nothing_is_defined(task, truth):
    scores = off(truth, 2.0, 0.0)
    scores[: NUM // 2] = off(truth, 0.0, 0.0)[: NUM // 2]
    weights = np.vstack([np.arange(NUM) < NUM // 2, np.arange(NUM) >= NUM // 2, np.zeros(NUM)])
    found = task.measure(scores, truth, weights.astype(float))
    assert found[:2] == pytest.approx([0.0, -0.5], abs=1e-6)
    assert np.isnan(found[2])


def test_trees_learn_each_truth(task, truth):
    observables = np.stack([truth["a"], truth["b"]], axis=1)
    trees = task.baseline(observables, truth, np.ones(NUM), seed=0)
    assert task.measure(trees.scores(observables), truth, np.ones((1, NUM)))[0] > -0.05


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"scales": {}}, NoTruthError),
        ({"scales": {"a": 1.0}, "units": {"b": "GeV"}}, NoTruthError),
        ({"scales": {"a": 0.0}}, UnsuitableSettingError),
    ],
)
def test_what_it_cannot_take(settings, error):
    with pytest.raises(error):
        JointRegression(**settings)
