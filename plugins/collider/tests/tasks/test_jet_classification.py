import json
from dataclasses import asdict

import jaxtyping
import numpy as np
import pytest
import torch

from vierbein.errors.predictions import PredictionShapeError
from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Representation
from vierbein_collider.errors import UnknownProcessError, UnknownTruthError
from vierbein_collider.tasks.jet_classification import JetClassification


def events(*process):
    num = len(process)
    return EventBatch(
        FeatureSchema(),
        torch.ones(num, 4),
        torch.zeros(num, 0),
        torch.arange(num + 1),
        truth={"process": torch.tensor(process)},
    )


@pytest.fixture
def scored():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 5000)
    logit = rng.normal(2.0 * truth - 1.0, 1.0)
    p_top = (1 / (1 + np.exp(-logit))).astype(np.float32)
    return np.stack([1 - p_top, p_top], 1), {"process": truth}


def test_loss_is_the_cross_entropy_of_each_event():
    prediction = torch.tensor([[0.0, np.log(3.0)], [0.0, np.log(3.0)]], dtype=torch.float32)
    loss = JetClassification().loss(prediction, events(1, 0))
    assert loss.tolist() == pytest.approx([np.log(4 / 3), np.log(4)], rel=1e-5)


@pytest.mark.parametrize("shape", [(3,), (3, 1), (1, 2), (2, 2), (3, 2, 1), (3, 3)])
def test_no_shape_but_the_right_one_is_taken(shape, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # as it is in a run
    with pytest.raises(PredictionShapeError, match=r"the task needs \(3, 2\)"):
        JetClassification().loss(torch.zeros(shape), events(0, 1, 1))


def test_classes_follow_the_settings_not_the_codes():
    task = JetClassification(classes=["hbb", "qcd", "w"], signal="hbb")
    prediction = torch.eye(3) * 20
    assert task.loss(prediction, events(6, 0, 4)).tolist() == pytest.approx([0, 0, 0], abs=1e-5)
    assert task.score_names == ("p_hbb", "p_qcd", "p_w")
    with pytest.raises(UnknownTruthError, match="'top'; the task's classes are hbb, qcd, w"):
        task.loss(prediction, events(6, 0, 1))


def test_wrong_settings_are_named():
    with pytest.raises(UnknownProcessError, match="'topp'"):
        JetClassification(classes=["qcd", "topp"])
    with pytest.raises(UnknownProcessError, match="'top'"):
        JetClassification(classes=["qcd", "w"])


def test_the_head_fits_the_loss():
    task = JetClassification()
    pooled = torch.randn(3, 16)
    prediction = task.head(16)(
        Representation(pooled, pooled[:, None], torch.ones(3, 1, dtype=torch.bool))
    )
    assert task.loss(prediction, events(0, 1, 1)).shape == (3,)
    assert task.scores(prediction).sum(1).tolist() == pytest.approx([1, 1, 1])


def test_figures_have_their_known_values(scored):
    # Scores are normal with unit width, two apart.
    figures = JetClassification().figures(*scored, np.ones(5000))
    expected = {
        "AUC": 0.9214,  # Phi(sqrt 2)
        "accuracy": 0.8413,  # Phi(1)
        "background rejection at 0.3 signal efficiency": 1 / 0.005823,  # 1 / Phi(-2 - 0.5244)
        "background rejection at 0.5 signal efficiency": 1 / 0.02275,  # 1 / Phi(-2)
    }
    assert [figure.name for figure in figures] == list(expected)
    for figure in figures:
        assert figure.low < expected[figure.name] < figure.high
        assert figure.low < figure.value < figure.high
    json.dumps([asdict(figure) for figure in figures], allow_nan=False)


def test_of_several_classes_the_mean_auc_is_told_too():
    # Class c has score 1 with probability 0.8 if it is the truth and 0.2 if not: AUC 0.8.
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 3, 30_000)
    is_true = truth[:, None] == np.arange(3)
    scores = (rng.random(is_true.shape) < np.where(is_true, 0.8, 0.2)).astype(np.float32)
    task = JetClassification(["qcd", "top", "quark"])
    figure = task.figures(scores, {"process": truth}, np.ones(30_000))[-1]
    assert figure.name == "AUC, mean over classes against the rest"
    assert figure.low < 0.8 < figure.high
    assert figure.high - figure.low < 0.02
    two = {"process": np.minimum(truth, 1)}  # a class without events is left out
    assert np.isfinite(task.figures(scores, two, np.ones(30_000))[-1].value)


def test_a_rejection_is_never_overstated():
    scores = np.array([[0.1, 0.9]] * 10 + [[0.9, 0.1]] * 40, np.float32)
    truth = {"process": np.repeat([1, 0], [10, 40])}
    rejection = JetClassification().figures(scores, truth, np.ones(50))[2]
    assert rejection.value == pytest.approx(40)
    assert rejection.low < 40 < rejection.high < np.inf


def test_measure_judges_every_replica_alone(scored):
    scores, truth = scored
    task = JetClassification()
    replicas = np.random.default_rng(1).poisson(1.0, (3, 5000)).astype(float)
    replicas[1] = truth["process"] == 1
    values = task.measure(scores, truth, replicas)
    assert np.isnan(values[1])
    chosen = np.repeat(np.arange(5000), replicas[0].astype(int))
    again = task.measure(
        scores[chosen], {"process": truth["process"][chosen]}, np.ones((1, len(chosen)))
    )
    assert values[0] == pytest.approx(again[0], abs=1e-12)
    bootstrap = task.measure(
        scores, truth, np.random.default_rng(2).poisson(1.0, (300, 5000)).astype(float)
    )
    figure = task.figures(scores, truth, np.ones(5000))[0]
    assert (figure.high - figure.low) / 3.92 == pytest.approx(bootstrap.std(), rel=0.2)


def test_parts_are_the_classes(scored):
    scores, truth = scored
    parts = JetClassification().parts(scores, truth)
    for index, name in enumerate(("qcd", "top")):
        belongs = truth["process"] == index
        assert np.array_equal(parts[name].belongs, belongs)
        assert parts[name].merit[belongs].mean() == pytest.approx(0.8413, abs=0.03)


def test_the_curve_ends_in_its_corners_and_has_the_aucs_area(scored):
    task = JetClassification()
    line = task.curve("zero-shot", *scored, np.ones(5000))
    assert (line.x[0], line.y[0], line.x[-1], line.y[-1]) == (0, 0, 1, 1)
    area = 1 - np.trapezoid(line.y, line.x)
    assert area == pytest.approx(task.measure(*scored, np.ones((1, 5000)))[0], abs=0.005)


def test_the_baseline_learns_and_repeats_itself():
    rng = np.random.default_rng(3)
    truth = {"process": rng.integers(0, 2, 2000)}
    observables = rng.normal(truth["process"][:, None], [0.5, 1.0, 2.0])
    task = JetClassification()
    weight = np.where(rng.random(2000) < 0.1, -1.0, 1.0)
    scores = [task.baseline(observables, truth, weight, seed=s).scores(observables) for s in (0, 0)]
    assert task.measure(scores[0], truth, np.ones((1, 2000)))[0] > 0.92
    assert np.array_equal(scores[0], scores[1])
    assert scores[0].shape == (2000, 2)
    assert scores[0].sum(1) == pytest.approx(np.ones(2000), abs=1e-5)


@pytest.mark.parametrize("process", [(0, 0, 0), (0, 1, 0)])
def test_the_baseline_bears_tiny_samples(process):
    task = JetClassification()
    trained = task.baseline(np.eye(3), {"process": np.array(process)}, np.ones(3), seed=0)
    assert trained.scores(np.eye(3)).sum(1) == pytest.approx(np.ones(3))
