"""Replayed events: they keep the source domain's answers, are counted, and change no order."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

from vierbein.interfaces.projection import Projection
from vierbein.interfaces.trainer import Budget, Replay, TrainingEvents
from vierbein.training.evaluate import mean_loss
from vierbein.training.settings import TrainingSettings
from vierbein.training.trainer import FabricTrainer

SETTINGS = TrainingSettings(batch_size=8, looks=4, checkpoint_every=1)


@pytest.fixture(scope="module")
def source(make_table):
    return make_table([2] * 40, seed=5)


@pytest.fixture(scope="module")
def target(make_table):
    """Events of another detector: its answers are the negative of the source's."""
    table = make_table([2] * 40, seed=6)
    table.truth["y"][:] = -table.truth["y"]
    return TrainingEvents(table, make_table([2] * 9, seed=7))


def with_share(target, source, share):
    schema = source.schema
    projection = Projection(schema, schema, dict.fromkeys(schema.names, (0.0, 1.0)))
    return replace(target, replay=Replay(share, source, projection))


def trained(network, task, events, steps=120, **given):
    settings = {"file": None, "watcher": None} | given
    trainer = FabricTrainer(SETTINGS, 1, settings["file"], settings["watcher"])
    fit = trainer.fit(network, task, events, Budget(steps, 0.02))
    return network, fit


def test_the_optimum_is_that_of_both_losses_and_the_source_loss_falls_with_the_share(
    linear_network, task, target, source
):
    settings = TrainingSettings(batch_size=40, weight_decay=0.0, clip=0.0, looks=1)
    losses = []
    for share in (0.0, 0.25, 0.5):
        network, ends = linear_network(), {}

        def watcher(step, steps, loss, network=network, ends=ends):
            if step == steps:  # the best look for the target would hide where the training leads
                ends.update(copy.deepcopy(network.state_dict()))

        events = with_share(target, source, share) if share else target
        trainer = FabricTrainer(settings, watcher=watcher)
        trainer.fit(network, task, events, Budget(160, 0.3))
        network.load_state_dict(ends)
        linear = network.head.linear
        found = [*linear.weight[0].tolist(), linear.bias.item()]
        if share != 0.25:  # there a step has some of the source's events only
            expected = least_squares([(target.train, 1 - share), (source, share)])
            assert found == pytest.approx(expected, abs=5e-3)
        losses.append(mean_loss(network, task, source))
    assert losses[0] > 1.5 * losses[1] > 1.5 * losses[2]


def least_squares(parts):
    left, right = np.zeros((3, 3)), np.zeros(3)
    for table, share in parts:
        means = table.take().features.double().view(40, 2, 2).mean(1).numpy()
        matrix = np.column_stack([means, np.ones(40)])
        left += share * matrix.T @ matrix
        right += share * matrix.T @ table.truths()["y"]
    return np.linalg.solve(left, right)


def test_replayed_events_cost_what_they_cost(attention_network, task, target, source):
    plain = trained(attention_network(), task, target, steps=10)[1].flops
    # All events have two particles: a quarter more events, a quarter more operations.
    found = trained(attention_network(), task, with_share(target, source, 0.2), steps=10)[1].flops
    # The target's projection learns: per particle, 2 x 2 weights, and the way back to it through
    # the embedding's 2 x 8; each weight costs two operations.
    for_projection = 2 * (2 * 2 + 2 * 8) * 2 * 8 * 10
    assert found == pytest.approx(plain + (plain - for_projection) / 4, rel=1e-6)


def test_its_own_projection_stays_and_the_target_keeps_its_order(
    attention_network, task, target, source
):
    events = with_share(target, source, 0.5)
    before = copy.deepcopy(events.replay.projection.state_dict())
    network, _ = trained(attention_network(), task, events, steps=10)
    after = events.replay.projection.state_dict()
    assert all(torch.equal(after[name], before[name]) for name in before)
    assert set(network.state_dict()) == set(attention_network().state_dict())


@pytest.mark.parametrize("stop", [1, 5, 7])
def test_stopped_anywhere_it_goes_on_bit_for_bit(
    attention_network, task, target, source, tmp_path, stop
):
    events = with_share(target, source, 0.4)
    make = lambda: attention_network(dropout=0.3)  # noqa: E731
    whole = trained(make(), task, events, steps=12)[1]

    def watcher(step, steps, loss):
        if step == stop + 1:
            raise KeyboardInterrupt

    file = tmp_path / "checkpoint"
    with pytest.raises(KeyboardInterrupt):
        trained(make(), task, events, steps=12, file=file, watcher=watcher)
    resumed = trained(make(), task, events, steps=12, file=file)[1]
    assert all(torch.equal(whole.parameters[n], t) for n, t in resumed.parameters.items())
    assert (whole.history, whole.flops) == (resumed.history, resumed.flops)


def test_every_event_of_a_step_counts_alike(linear_network, task, make_table):
    """Half the step from one table and half from another is the step of both together."""
    first, second = make_table([2] * 8, seed=1), make_table([2] * 8, seed=2)
    found = []
    for replayed in (True, False):
        network = linear_network()
        settings = TrainingSettings(batch_size=16, looks=1, clip=0.0)
        both = joined(first, second)
        events = TrainingEvents(first if replayed else both, both)
        if replayed:
            events = with_share(events, second, 0.5)
        FabricTrainer(settings).fit(network, task, events, Budget(5, 0.05))
        found.append(network.head.linear.weight.detach())
    torch.testing.assert_close(*found)


def joined(first, second):
    return replace(
        first,
        p4=np.concatenate([first.p4, second.p4]),
        features=np.concatenate([first.features, second.features]),
        offsets=np.concatenate([first.offsets, first.offsets[-1] + second.offsets[1:]]),
        event_features=np.concatenate([first.event_features, second.event_features]),
        event_weight=np.concatenate([first.event_weight, second.event_weight]),
        event_id=np.concatenate([first.event_id, second.event_id]),
        truth={"y": np.concatenate([first.truth["y"], second.truth["y"]])},
    )
