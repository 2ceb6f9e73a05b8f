"""A course: rates by group, freezing to the bit, penalties, and their cost."""

from dataclasses import replace

import pytest
import torch

from vierbein.errors.runs import CourseNamesError
from vierbein.interfaces.course import Course, Group
from vierbein.interfaces.trainer import Budget, TrainingEvents
from vierbein.training.flops import count
from vierbein.training.pace import Pace
from vierbein.training.schedule import rate
from vierbein.training.settings import TrainingSettings
from vierbein.training.trainer import FabricTrainer

STEPS = 13
SETTINGS = TrainingSettings(batch_size=4, looks=5, checkpoint_every=1)
EMBED = frozenset({"backbone.embed.weight", "backbone.embed.bias"})


class StoppedError(Exception):
    """Stands for the end of the process."""


def late(progress):
    return float(progress >= 0.5)


def tenth(progress):
    return 0.1


LATE, TENTH = Course((Group(EMBED, late),)), Course((Group(EMBED, tenth, weight_decay=0.0),))


def fit(network, task, events, course, *, steps=STEPS, file=None, watcher=None, **settings):
    trainer = FabricTrainer(replace(SETTINGS, **settings), 4, file, watcher)
    return trainer.fit(network, task, events, Budget(steps, 0.02), course)


def test_groups_have_exactly_their_rates_and_their_weight_decay(attention_network):
    network = attention_network()
    pace = Pace.of(network, TENTH, 0.01)
    optimizer = torch.optim.AdamW(pace.groups, lr=1.0)
    pace.set(optimizer, rate(3, STEPS, 0.02, 0.1), 3 / STEPS)
    now = {id(p): g for g in optimizer.param_groups for p in g["params"]}
    for name, parameter in network.named_parameters():
        group = now.pop(id(parameter))
        full = rate(3, STEPS, 0.02, 0.1)
        assert group["lr"] == (0.1 * full if name in EMBED else full)
        assert group["weight_decay"] == (0.01 if parameter.ndim > 1 and name not in EMBED else 0.0)
    assert not now


def test_a_course_that_changes_nothing_changes_no_bit(attention_network, task, events):
    names = frozenset(name for name, _ in attention_network().named_parameters())
    plain, grouped = (
        fit(attention_network(dropout=0.3), task, events, course)
        for course in (None, Course((Group(names, lambda progress: 1.0),)))
    )
    assert all(torch.equal(plain.parameters[n], t) for n, t in grouped.parameters.items())
    assert plain.history == grouped.history


def test_what_waits_is_the_same_bit_by_bit_until_its_time(attention_network, task, events):
    network = attention_network()
    start = {name: p.detach().clone() for name, p in network.named_parameters()}
    moved = []

    def watcher(step, steps, loss):
        now = {n for n, p in network.named_parameters() if not torch.equal(p, start[n])}
        moved.append(now)

    fit(network, task, events, LATE, watcher=watcher)
    others = set(start) - EMBED
    # Step 7 of 13 is the first that begins with half of the steps done.
    assert moved[:7] == [others] * 7
    assert moved[7:] == [set(start)] * 6
    assert all(p.requires_grad for p in network.parameters())


@pytest.mark.parametrize("stop", [1, 6, 7, 8])
def test_stopped_before_or_after_its_time_it_goes_on_bit_for_bit(
    attention_network, task, events, tmp_path, stop
):
    whole = fit(attention_network(dropout=0.3), task, events, LATE)

    def watcher(step, steps, loss):
        if step == stop + 1:
            raise StoppedError

    settings = {"file": tmp_path / "checkpoint"}
    with pytest.raises(StoppedError):
        fit(attention_network(dropout=0.3), task, events, LATE, watcher=watcher, **settings)
    resumed = fit(attention_network(dropout=0.3), task, events, LATE, **settings)
    assert all(torch.equal(whole.parameters[n], t) for n, t in resumed.parameters.items())
    assert (whole.history, whole.flops) == (resumed.history, resumed.flops)


def test_what_waits_costs_no_gradient(attention_network, task, events):
    network = attention_network()
    all_learns = count(network, task, events.train)
    network.backbone.embed.requires_grad_(requires_grad=False)
    some = count(network, task, events.train)
    seen = fit(attention_network(), task, events, LATE, steps=10, looks=10).history
    plain = fit(attention_network(), task, events, None, steps=10, looks=10).history
    assert some.of_steps(events.train.num_particles) < all_learns.of_steps(
        events.train.num_particles
    )
    assert seen[5].flops < plain[5].flops
    late_part = seen[-1].flops - seen[5].flops
    assert late_part == pytest.approx(plain[-1].flops - plain[5].flops)


def test_unknown_names_are_refused(attention_network):
    network = attention_network()
    with pytest.raises(CourseNamesError, match="nobody"):
        Pace.of(network, Course((Group(frozenset({"nobody"}), tenth),)), 0.0)
    network.backbone.embed.requires_grad_(requires_grad=False)
    with pytest.raises(CourseNamesError, match=r"backbone\.embed"):
        Pace.of(network, LATE, 0.0)
    network.requires_grad_()
    with pytest.raises(CourseNamesError):
        Pace.of(network, Course(LATE.groups * 2), 0.0)


def test_a_penalty_moves_the_optimum_where_it_can_be_calculated(linear_network, task, make_table):
    table = make_table([2] * 60, seed=3)
    events = TrainingEvents(table, table)
    strength, network = 0.7, linear_network()
    linear = network.head.linear
    start = torch.cat([linear.weight[0], linear.bias]).detach().double()

    def penalty():
        now = torch.cat([linear.weight[0], linear.bias])
        return strength / 2 * (now - start.float()).square().sum()

    settings = {"batch_size": 60, "weight_decay": 0.0, "clip": 0.0, "looks": 1}
    ends = []

    def watcher(step, steps, loss):
        ends[:] = [*linear.weight[0].tolist(), linear.bias.item()]

    trainer = FabricTrainer(TrainingSettings(**settings), watcher=watcher)
    trainer.fit(network, task, events, Budget(200, 0.3), Course(penalty=penalty))
    features = table.take().features.double().view(60, 2, 2).mean(1)
    matrix = torch.cat([features, torch.ones(60, 1, dtype=torch.float64)], dim=1)
    truth = torch.as_tensor(table.truths()["y"]).double()
    # The mean squared error's curvature is 2 X'X / N, the penalty's is its strength.
    curvature, pull = 2 * matrix.T @ matrix / 60, 2 * matrix.T @ truth / 60
    expected = torch.linalg.solve(
        curvature + strength * torch.eye(3).double(), pull + strength * start
    )
    free = torch.linalg.solve(curvature, pull)
    assert ends == pytest.approx(expected.tolist(), abs=2e-3)
    assert float((free - expected).abs().max()) > 0.3
