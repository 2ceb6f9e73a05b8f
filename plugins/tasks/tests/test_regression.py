"""Losses in closed form, a smeared truth of known resolution, and shapes that never broadcast."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from vierbein.errors.predictions import PredictionShapeError
from vierbein.interfaces.backbone import Representation
from vierbein.testing.made_events import made_events
from vierbein_tasks.errors import (
    BinEdgesError,
    TruthShapeError,
    UnsuitableSettingError,
    UnsuitableTruthError,
)
from vierbein_tasks.quantile import quantile
from vierbein_tasks.regression import Regression

SMEARING = 0.5
BEST = SMEARING / math.sqrt(1 + SMEARING**2)
"""Standard deviation of a standard normal truth, once it is seen with that smearing."""


def with_truth(values, name="energy"):
    return made_events(lengths=[1] * len(values), truth={name: torch.as_tensor(values)})


def smeared(num, seed):
    """Draw a truth, and a representation of which the first number is the smeared truth."""
    rng = torch.Generator().manual_seed(seed)
    truth = torch.randn(num, generator=rng)
    others = torch.randn(num, 8, generator=rng)
    others[:, 0] = truth + SMEARING * others[:, 0]
    mask = torch.ones(num, 1, dtype=torch.bool)
    return with_truth(truth), Representation(others, others.unsqueeze(1), mask)


def arrays(events):
    return {name: values.numpy() for name, values in events.truth.items()}


def test_losses_are_torch_s_own():
    rng = torch.Generator().manual_seed(0)
    truth, prediction = 3 * torch.randn(2, 50, generator=rng)
    events = with_truth(truth)
    huber = Regression("energy", huber_delta=0.7).loss(prediction.unsqueeze(1), events)
    expected = nn.functional.huber_loss(prediction, truth, reduction="none", delta=0.7)
    torch.testing.assert_close(huber, expected)
    squared = Regression("energy", loss="squared").loss(prediction.unsqueeze(1), events)
    torch.testing.assert_close(squared, (prediction - truth).square() / 2)


def test_what_is_learned_is_scaled_and_comes_back():
    task = Regression("energy", transform="log1p", location=1.0, scale=2.0)
    energy = torch.tensor([0.0, math.e - 1, 100.0], dtype=torch.float64)
    learned = torch.tensor([-0.5, 0.0, (math.log(101) - 1) / 2], dtype=torch.float64)
    assert task.loss(learned.unsqueeze(1), with_truth(energy)).abs().max() < 1e-12
    torch.testing.assert_close(task.scores(learned.unsqueeze(1))[:, 0], energy)
    assert task.scores(torch.tensor([[1e6]])).isfinite().all()


def test_perfect_predictions_cost_nothing_and_columns_are_never_broadcast():
    """A published relative gives perfect predictions of truths (N,) a loss of 2 (trap 3)."""
    truth = torch.randn(64, generator=torch.Generator().manual_seed(0))
    task, events = Regression("energy"), with_truth(truth)
    assert not task.loss(truth.unsqueeze(1), events).any()
    with pytest.raises(PredictionShapeError):
        task.loss(truth, events)
    events.truth["energy"] = truth.unsqueeze(1)
    with pytest.raises(TruthShapeError, match=r"'energy' is .* \(64, 1\) for 64 events"):
        task.loss(truth.unsqueeze(1), events)
    column = {"energy": truth.unsqueeze(1).numpy()}
    with pytest.raises(TruthShapeError):
        task.measure(truth.unsqueeze(1).numpy(), column, np.ones((1, 64)))
    with pytest.raises(PredictionShapeError):
        task.measure(truth.numpy(), {"energy": truth.numpy()}, np.ones((1, 64)))


def test_reaches_the_resolution_that_the_smearing_leaves():
    """Closure: a head and boosted trees come within a tenth of the best, and not below it."""
    task, (events, seen), (unseen, also_seen) = (
        Regression("energy"),
        smeared(4000, 0),
        smeared(4000, 1),
    )
    torch.manual_seed(0)
    head = task.head(8)
    optimizer = torch.optim.Adam(head.parameters(), lr=1e-2)
    for _ in range(200):
        task.loss(head(seen), events).mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    with torch.no_grad():
        scores = task.scores(head(also_seen)).numpy()
    ones = np.ones(4000)
    trees = task.baseline(seen.pooled.double().numpy(), arrays(events), ones, seed=0)
    for found in (scores, trees.scores(also_seen.pooled.double().numpy())):
        resolution, bias, spread = task.figures(found, arrays(unseen), ones)
        assert 0.95 * BEST < -resolution.value < 1.1 * BEST
        assert abs(bias.value) < 0.05
        assert spread.value == pytest.approx(1.349 * BEST, rel=0.1)
    constant = np.zeros((4000, 1), np.float32)
    assert task.measure(constant, arrays(unseen), ones[None])[0] < -0.95


def test_resolution_of_normal_errors_and_its_interval():
    """The interval of 90 % holds the true value about that often."""
    rng = np.random.default_rng(0)
    task, ones, covered = Regression("energy", level=0.9), np.ones(300), 0
    for _ in range(40):
        truth = rng.normal(size=300)
        scores = (truth + rng.normal(0, 0.3, 300)).astype(np.float32)[:, None]
        figure = task.figures(scores, {"energy": truth}, ones)[0]
        covered += figure.low <= -0.3 <= figure.high
    assert 30 <= covered <= 40  # 36 expected, with a standard deviation of 2


def test_a_bias_is_no_resolution():
    truth = np.random.default_rng(0).normal(5, 1, 1000)
    task, ones = Regression("energy", residual="relative"), np.ones((1, 1000))
    perfect, biased = (np.float32(truth * factor)[:, None] for factor in (1.0, 1.2))
    assert task.measure(perfect, {"energy": truth}, ones)[0] == pytest.approx(0, abs=1e-6)
    assert task.measure(biased, {"energy": truth}, ones)[0] == pytest.approx(-0.2, rel=1e-5)
    nothing = np.zeros((1000, 1), np.float32)  # all residuals equal: a mere spread would be zero
    assert task.measure(nothing, {"energy": truth}, ones)[0] == pytest.approx(-1)


def test_quantiles_of_weighted_events():
    values = np.array([4.0, 1.0, 3.0, 2.0])
    weights = np.array([[1.0, 1, 1, 1], [0, 0, 5, 1], [1, -1, 1, 1], [0, 0, 0, 0]])
    found = quantile(values, weights, 0.5)
    assert found[:3].tolist() == [2.0, 3.0, 3.0]
    assert np.isnan(found[3])


def test_parts_are_bins_of_the_truth():
    truth = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 9.0])
    scores = np.float32(truth + np.array([0, 1, 0, 2, 0, 3]))[:, None]
    task = Regression("energy", bin_edges=[0, 1, 2])
    parts = task.parts(scores, {"energy": truth})
    low, high = parts["energy from 0 to 1"], parts["energy from 1 to 2"]
    assert low.merit.tolist() == [0, -1, 0, -2, 0, -3]
    assert low.belongs.tolist() == [True, True, False, False, False, False]
    assert high.belongs.tolist() == [False, False, True, True, True, False]
    quartiles = Regression("energy").parts(scores, {"energy": truth}).values()
    assert sum(part.belongs.astype(int) for part in quartiles).tolist() == [1] * 6


def test_curve_shows_where_the_resolution_is_worse():
    rng = np.random.default_rng(0)
    truth = rng.uniform(1, 10, 5000)
    scores = (truth + 0.1 * truth * rng.normal(size=5000)).astype(np.float32)[:, None]
    line = Regression("energy", unit="GeV").curve("a", scores, {"energy": truth}, np.ones(5000))
    assert np.allclose(np.array(line.y) / line.x, 0.1, rtol=0.15)


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"scale": 0.0}, UnsuitableSettingError, "scale=0 cannot"),
        ({"huber_delta": -1.0}, UnsuitableSettingError, "huber_delta=-1 cannot"),
        ({"bin_edges": [1.0]}, BinEdgesError, r"bin_edges=\[1.0\]"),
        ({"bin_edges": [1.0, 0.0]}, BinEdgesError, "Sort them"),
    ],
)
def test_settings_out_of_range(settings, error, words):
    with pytest.raises(error, match=words):
        Regression("energy", **settings)


def test_truths_out_of_range():
    with pytest.raises(UnsuitableTruthError, match="value -2; with transform=log1p"):
        Regression("energy", transform="log1p").loss(torch.zeros(2, 1), with_truth([1.0, -2.0]))
    truth, ones = {"energy": np.array([1.0, 0.0])}, np.ones((1, 2))
    with pytest.raises(UnsuitableTruthError, match="value 0; with residual=relative"):
        Regression("energy", residual="relative").measure(np.zeros((2, 1), "f"), truth, ones)
