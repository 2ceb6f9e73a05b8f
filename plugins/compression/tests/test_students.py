"""Bodies compute what their papers say, and nothing that firmware cannot."""

import jaxtyping
import pytest
import torch
from torch import fx

from vierbein.testing.small_network import SCHEMA
from vierbein_compression.deep_sets import DeepSets
from vierbein_compression.edge_conv import EdgeConv
from vierbein_compression.jedi_linear import JediLinear
from vierbein_compression.mlp_mixer import MlpMixer

STUDENTS = (DeepSets, EdgeConv, JediLinear, MlpMixer)


def body(kind, **settings):
    torch.manual_seed(0)
    return kind(SCHEMA, num_particles=4, width=8, **settings).body.double()


def some(num=5):
    return torch.randn(num, 4, 3, generator=torch.Generator().manual_seed(1)).double()


@pytest.mark.parametrize("kind", STUDENTS)
def test_fx_follows(kind):
    jaxtyping.config.update("jaxtyping_disable", True)  # what stands for tensors has no shape
    made, x = body(kind), some()
    assert torch.equal(fx.symbolic_trace(made)(x), made(x))


@pytest.mark.parametrize("kind", STUDENTS)
def test_which_bodies_do_not_know_the_order_of_slots(kind):
    made, x = body(kind), some()
    is_same = torch.allclose(made(x), made(x[:, [2, 0, 3, 1]]), atol=1e-12)
    assert is_same == (kind is not MlpMixer)


def test_interaction_is_the_sum_over_pairs():
    """Maps A of the receiver and B of the sender, summed over senders, pair by pair."""
    layer, x = body(JediLinear).interactions[0], some()
    a, b, bias = layer.each.weight, layer.everyone.weight, layer.each.bias
    pairs = [[x[:, i] @ a.T / 4 + x[:, j] @ b.T + bias / 4 for j in range(4)] for i in range(4)]
    wanted = torch.stack([sum(of_one) for of_one in pairs], dim=1).relu()
    assert torch.allclose(layer(x), wanted, atol=1e-12)


def test_edges_are_layers_of_pairs():
    """A layer of (x_i, x_j - x_i), as edge convolution is defined, with the weights that it has."""
    made, x = body(EdgeConv, depth=1), some()
    of_difference = made.sender.weight
    weight = torch.cat([made.receiver.weight + of_difference, of_difference], dim=1)
    edges = [
        torch.stack([torch.cat([x[:, i], x[:, j] - x[:, i]], 1) for j in range(4)], 1)
        for i in range(4)
    ]
    heard = [(edge @ weight.T + made.receiver.bias).relu().amax(1) for edge in edges]
    assert torch.allclose(made(x), made.rho(sum(heard)), atol=1e-12)


def test_a_maximum_counts_no_particle_twice_and_a_sum_does():
    x = some()
    for pooling in ("max", "sum"):
        sets = body(DeepSets, pooling=pooling)
        one, other = sets(x[:, [0, 1, 0, 1]]), sets(x[:, [0, 1, 1, 1]])
        assert torch.equal(one, other) == (pooling == "max")
