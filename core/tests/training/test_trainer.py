"""The loop: stopped anywhere it goes on bit for bit, keeps its best, and finds the optimum."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from vierbein.errors.predictions import PredictionShapeError
from vierbein.interfaces.trainer import Budget, Fit, TrainingEvents
from vierbein.training import trainer as module
from vierbein.training.evaluate import mean_loss
from vierbein.training.settings import TrainingSettings
from vierbein.training.trainer import FabricTrainer

STEPS = 13
"""With 22 events in batches of 4: two whole epochs of 5 steps and a part of a third."""
SETTINGS = TrainingSettings(batch_size=4, learning_rate=0.02, looks=5, checkpoint_every=1)


class StoppedError(Exception):
    """Stands for the end of the process."""


def same(first: Fit, second: Fit) -> bool:
    tensors = all(torch.equal(first.parameters[n], t) for n, t in second.parameters.items())
    return tensors and all(
        getattr(first, name) == getattr(second, name)
        for name in ("best_step", "history", "steps", "flops")
    )


@pytest.fixture(scope="module")
def fit(attention_network, task, events):
    """Train the attention network with dropout; give the fit and the network."""

    def run(*, seed=0, file=None, watcher=None, steps=STEPS, **settings):
        network = attention_network(seed, dropout=0.3)
        trainer = FabricTrainer(replace(SETTINGS, **settings), 4, file, watcher)
        return trainer.fit(network, task, events, Budget(steps, 0.02)), network

    return run


@pytest.fixture(scope="module")
def whole(fit):
    """A training that nothing stopped."""
    return fit()


def test_the_same_seed_gives_the_same_bits(fit, whole):
    assert whole[0].steps == STEPS
    assert same(whole[0], fit()[0])
    assert not same(whole[0], fit(seed=1)[0])


@pytest.mark.parametrize("stop", range(1, STEPS + 1))
def test_stopped_after_any_step_it_goes_on_bit_for_bit(fit, whole, tmp_path, monkeypatch, stop):
    write, file = module.write_checkpoint, tmp_path / "checkpoint"

    def interrupted(path, network, optimizer, best, progress):
        write(path, network, optimizer, best, progress)
        if progress.step == stop:
            raise StoppedError

    monkeypatch.setattr(module, "write_checkpoint", interrupted)
    with pytest.raises(StoppedError):
        fit(file=file)
    monkeypatch.setattr(module, "write_checkpoint", write)
    done = []
    # Another start: all that counts must come from the checkpoint.
    resumed, network = fit(seed=77, file=file, watcher=lambda step, *_: done.append(step))
    assert done == list(range(stop + 1, STEPS + 1))
    assert same(whole[0], resumed)
    for name, tensor in whole[1].state_dict().items():
        assert torch.equal(tensor, network.state_dict()[name])


@pytest.mark.parametrize("stop", [1, 3, 4, 9, STEPS])
def test_between_two_checkpoints_it_goes_on_from_the_last_one(fit, whole, tmp_path, stop):
    def watcher(step, steps, loss):
        if step == stop:
            raise StoppedError

    settings = {"file": tmp_path / "checkpoint", "checkpoint_every": 4}
    with pytest.raises(StoppedError):
        fit(watcher=watcher, **settings)
    assert same(whole[0], fit(**settings)[0])


def test_patience_ends_a_training_and_a_resumed_one_at_the_same_step(fit, tmp_path):
    settings = {"patience": 2, "looks": 60, "steps": 60, "learning_rate": 0.02}
    ended, _ = fit(**settings)
    assert ended.steps < 60
    best, *after = [p.validation_loss for p in ended.history if p.step >= ended.best_step]
    assert len(after) == 2
    assert min(after) >= best

    def watcher(step, steps, loss):
        if step == ended.steps:
            raise StoppedError

    settings["file"] = tmp_path / "checkpoint"
    with pytest.raises(StoppedError):
        fit(watcher=watcher, **settings)
    assert same(ended, fit(**settings)[0])
    assert same(ended, fit(**settings)[0])  # and one that is done stays as it is


def test_the_best_step_is_restored(fit, task, events):
    found, network = fit(steps=60, looks=60)
    losses = {point.step: point.validation_loss for point in found.history}
    assert list(losses) == list(range(61))
    assert found.best_step == min(losses, key=losses.__getitem__)
    assert 0 < found.best_step < 60
    assert not network.training
    assert mean_loss(network, task, events.validation) == losses[found.best_step]
    assert all(torch.equal(t, network.state_dict()[n]) for n, t in found.parameters.items())


def test_looks_come_at_even_steps_and_at_the_end(fit):
    found, _ = fit(looks=4)
    assert [point.step for point in found.history] == [0, 4, 8, 12, 13]
    assert found.history[0].train_loss is None
    flops = [point.flops for point in found.history]
    assert flops == sorted(flops)
    assert flops[-1] == found.flops


def test_the_training_loss_of_a_look_is_the_mean_since_the_last_one(fit):
    seen = []
    found, _ = fit(looks=4, watcher=lambda step, steps, loss: seen.append(loss))
    expected = [np.mean(seen[i : i + 4]) for i in (0, 4, 8, 12)]
    assert [p.train_loss for p in found.history[1:]] == pytest.approx(expected)


@pytest.mark.parametrize("file", [None, "checkpoint"])
@pytest.mark.parametrize("looks", [1, 5, 40])
def test_a_training_that_diverges_ends_with_its_best_parameters(
    attention_network, task, events, tmp_path, file, looks
):
    settings = replace(SETTINGS, looks=looks, clip=0.0)
    path = None if file is None else tmp_path / file
    network = attention_network()
    start = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    fit = FabricTrainer(settings, 0, path).fit(network, task, events, Budget(40, 1e6))
    assert all(np.isfinite(point.validation_loss) for point in fit.history)
    assert fit.best_step == 0
    assert all(torch.equal(tensor, network.state_dict()[n]) for n, tensor in start.items())


def test_one_that_overflows_stops(attention_network, task, events):
    settings = replace(SETTINGS, looks=40, clip=0.0)
    fit = FabricTrainer(settings).fit(attention_network(), task, events, Budget(40, 1e30))
    assert fit.steps < 40
    assert fit.best_step == 0


def weighted_least_squares(table):
    events = table.take()
    event = np.repeat(np.arange(len(table)), table.num_particles)
    means = np.zeros((len(table), 2))
    np.add.at(means, event, events.features.numpy())
    matrix = np.column_stack([means / table.num_particles[:, None], np.ones(len(table))])
    weighted = matrix * table.weights[:, None]
    return np.linalg.solve(weighted.T @ matrix, weighted.T @ table.truths()["y"])


def test_negative_event_weights_lead_to_the_optimum_that_can_be_calculated(
    linear_network, task, make_table
):
    lengths, rng = [2] * 60, np.random.default_rng(3)
    weights = np.where(rng.random(60) < 0.3, -0.4, 1.0)
    table = make_table(lengths, seed=3, event_weight=weights)
    table.truth["y"][weights < 0] += 1.5
    network = linear_network()
    settings = TrainingSettings(batch_size=60, weight_decay=0.0, clip=0.0, looks=20)
    FabricTrainer(settings).fit(network, task, TrainingEvents(table, table), Budget(400, 0.3))
    found = [*network.head.linear.weight[0].tolist(), network.head.linear.bias.item()]
    expected = weighted_least_squares(table)
    assert found == pytest.approx(expected, abs=2e-3)
    ones = replace(table, event_weight=np.ones(60, np.float32))
    assert abs(weighted_least_squares(ones) - expected).max() > 0.5  # which is far from it


def test_event_weights_have_no_scale(linear_network, task, make_table):
    weights = np.random.default_rng(0).uniform(-0.5, 2, 40)

    def trained(scale):
        table = make_table([2] * 40, event_weight=weights * scale)
        settings = TrainingSettings(batch_size=10, looks=1)
        events = TrainingEvents(table, table)
        return FabricTrainer(settings).fit(linear_network(), task, events, Budget(20, 0.05))

    ones, large = trained(1.0), trained(64.0)
    for name, tensor in ones.parameters.items():
        assert torch.allclose(tensor, large.parameters[name], atol=1e-6), name
    for first, second in zip(ones.history[1:], large.history[1:], strict=True):
        assert first.train_loss == pytest.approx(second.train_loss)
        assert first.validation_loss == pytest.approx(second.validation_loss)


def test_frozen_parameters_stay(attention_network, task, events):
    network = attention_network()
    network.backbone.requires_grad_(requires_grad=False)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    FabricTrainer(SETTINGS).fit(network, task, events, Budget(10, 0.05))
    moved = {n for n, tensor in network.state_dict().items() if not torch.equal(tensor, before[n])}
    assert moved == {
        "projection.linear.weight",
        "projection.linear.bias",
        "head.linear.weight",
        "head.linear.bias",
    }


def test_a_prediction_of_shape_n_is_refused_where_n_by_one_is_due(
    linear_network, task, events, monkeypatch
):
    network = linear_network()
    flat = type(network.head).forward
    monkeypatch.setattr(type(network.head), "forward", lambda *given: flat(*given).squeeze(1))
    with pytest.raises(PredictionShapeError, match="Nothing is ever broadcast"):
        FabricTrainer(SETTINGS).fit(network, task, events, Budget(3, 0.1))
