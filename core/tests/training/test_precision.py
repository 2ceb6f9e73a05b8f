"""Half precision where it is asked for: bf16 on a processor without CUDA."""

from dataclasses import replace

import pytest
import torch

from vierbein.interfaces.trainer import Budget
from vierbein.training.evaluate import mean_loss
from vierbein.training.settings import TrainingSettings
from vierbein.training.trainer import FabricTrainer

SETTINGS = TrainingSettings(batch_size=4, looks=5, checkpoint_every=1, precision="bf16-mixed")


class StoppedError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def fit(attention_network, task, events):
    """Train the attention network with dropout; give the fit and the network."""

    def run(settings=SETTINGS, steps=20, *, seed=0, file=None, watcher=None):
        network = attention_network(seed, dropout=0.3)
        trainer = FabricTrainer(settings, 4, file, watcher)
        return trainer.fit(network, task, events, Budget(steps, 0.02)), network

    return run


def same(first, second):
    tensors = all(torch.equal(first.parameters[n], t) for n, t in second.parameters.items())
    return tensors and first.history == second.history


def test_matrices_are_multiplied_in_bf16_and_parameters_stay_whole(
    attention_network, task, events, monkeypatch
):
    seen = {}
    network = attention_network()
    network.backbone.out.register_forward_hook(
        lambda module, given, output: seen.setdefault(module.training, set()).add(output.dtype)
    )
    losses = []
    own = type(task).loss

    def loss(self, prediction, events):
        losses.append(prediction.dtype)
        return own(self, prediction, events)

    monkeypatch.setattr(type(task), "loss", loss)
    fit = FabricTrainer(SETTINGS).fit(network, task, events, Budget(5, 0.02))
    # The operations are counted, and validation events looked at, in full precision.
    assert seen == {True: {torch.bfloat16, torch.float32}, False: {torch.float32}}
    assert set(losses) == {torch.float32}
    assert {tensor.dtype for tensor in fit.parameters.values()} == {torch.float32}


def test_it_learns_as_full_precision_does(fit, task, events):
    whole, _ = fit(replace(SETTINGS, precision="32-true"), 100)
    half, network = fit(steps=100)
    start = whole.history[0].validation_loss
    assert half.history[0].validation_loss == start
    best = [min(p.validation_loss for p in each.history) for each in (whole, half)]
    assert best[0] < start / 2
    assert best[1] == pytest.approx(best[0], abs=0.1 * start)
    assert mean_loss(network, task, events.validation) == best[1]
    assert not same(whole, half)
    assert half.flops == whole.flops


def test_the_same_seed_gives_the_same_bits(fit):
    assert same(fit()[0], fit()[0])


@pytest.mark.parametrize("stop", [1, 14])
def test_stopped_it_goes_on_bit_for_bit(fit, tmp_path, stop):
    whole, _ = fit()

    def watcher(step, steps, loss):
        if step == stop + 1:
            raise StoppedError

    file = tmp_path / "checkpoint"
    with pytest.raises(StoppedError):
        fit(file=file, watcher=watcher)
    resumed, _ = fit(seed=77, file=file)  # another start: all that counts is in the checkpoint
    assert same(whole, resumed)
