"""Counted operations are those that a hand counts: 2 m n k a product of matrices."""

import numpy as np
import pytest

from vierbein.training.flops import count

WIDTH = 8
UNSEEN = np.array([2, 6, 11, 40])
"""Multiplicities besides 1, 5 and 9, at which the network is counted."""


def by_hand(num: int) -> dict[str, int]:
    return {
        "projection": 2 * num * 2 * 2,
        "embed": 2 * num * 2 * WIDTH,
        "inner": 2 * num * WIDTH * 4 * WIDTH,  # query, key, value, out
        "attention": 2 * 2 * num * num * WIDTH,
        "head": 2 * WIDTH,
    }


@pytest.fixture
def network(attention_network):
    return attention_network(width=WIDTH)


@pytest.fixture
def table(make_table):
    return make_table([3, 9, 1])


def test_a_prediction_costs_what_a_hand_counts(network, task, table):
    flops = count(network, task, table)
    for num in UNSEEN:
        assert flops.of_predictions(num[None]) == pytest.approx(sum(by_hand(num).values()))


# How often a tensor product is done in a step: forward, for the gradient of the parameters, for the
# gradient of what goes in. The first one that learns needs no gradient of what goes in.
@pytest.mark.parametrize(
    ("frozen", "times"),
    [
        ([], {"projection": 2, "embed": 3, "inner": 3, "attention": 3, "head": 3}),
        (["projection"], {"projection": 1, "embed": 2, "inner": 3, "attention": 3, "head": 3}),
        (["backbone"], {"projection": 2, "embed": 2, "inner": 2, "attention": 3, "head": 3}),
        (
            ["projection", "backbone"],
            {"projection": 1, "embed": 1, "inner": 1, "attention": 1, "head": 2},
        ),
    ],
)
def test_a_step_costs_what_a_hand_counts_and_frozen_parameters_cost_less(
    network, task, table, frozen, times
):
    for part in frozen:
        network.get_submodule(part).requires_grad_(requires_grad=False)
    flops = count(network, task, table)
    for num in UNSEEN:
        expected = sum(times[part] * cost for part, cost in by_hand(num).items())
        assert flops.of_steps(num[None]) == pytest.approx(expected)


def test_where_nothing_learns_a_step_is_a_prediction(network, task, table):
    flops = count(network.requires_grad_(requires_grad=False), task, table)
    assert flops.step == pytest.approx(flops.forward)


def test_it_does_not_depend_on_padding_or_on_the_events_beside(network, task, make_table):
    flops = count(network, task, make_table([9]))
    assert count(network, task, make_table([1, 0, 9, 2])).step == pytest.approx(flops.step)
    together = flops.of_steps(UNSEEN)
    assert together == pytest.approx(sum(flops.of_steps(num[None]) for num in UNSEEN))
    assert together < flops.of_steps(np.full(len(UNSEEN), UNSEEN.max())) / 2


@pytest.mark.parametrize("lengths", [[0], [1, 1], [2, 1]])
def test_few_particles_are_counted_too(network, task, make_table, lengths):
    flops = count(network, task, make_table(lengths))
    for num in sorted({*lengths} - {0}):
        assert flops.of_predictions(np.array([num])) == pytest.approx(sum(by_hand(num).values()))


def test_counting_leaves_the_network_alone(network, task, table):
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    network.eval()
    count(network, task, table)
    assert not network.training
    assert all(p.grad is None for p in network.parameters())
    assert all((tensor == before[name]).all() for name, tensor in network.state_dict().items())
