"""Inserted networks: after any block, where symmetries allow, and nothing else learns."""

from copy import deepcopy

import pytest
import torch
from torch import nn

from vierbein.errors.runs import ImpossibleSettingError
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.liveness import dead_parameters
from vierbein.testing.symmetry import SYMMETRIES, transformed
from vierbein_tuners.block_outputs import vectors
from vierbein_tuners.bottleneck import Bottleneck
from vierbein_tuners.errors import NothingToTuneError


class Mixed(nn.Module):
    """Vectors in space first, then invariants: no layer but a function of two."""

    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.randn(width))

    def forward(self, momenta, x):
        norms = (momenta @ momenta.transpose(1, 2)).tanh().sum(2, keepdim=True)
        return momenta * (1 + norms), torch.tanh(x + self.scale * norms)


class Pairs(nn.Module):
    """A number for each pair of particles: its last axis are slots, no vector."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, momenta):
        return self.scale * (momenta @ momenta.transpose(1, 2)).tanh()


class Turning(Backbone):
    """Invariant under rotations in space, with blocks that give two things."""

    symmetries = frozenset({"permutation", "rotation"})

    def __init__(self, schema, width=6):
        super().__init__()
        self.schema, self.width = schema, width
        self.pairs = Pairs()
        self.layers = nn.ModuleList([Mixed(width), Mixed(width)])

    def forward(self, events):
        padded, mask = events.padded, events.padded.mask
        momenta, x = padded.p4[..., 1:], padded.p4.new_zeros(*mask.shape, self.width)
        x = x + self.pairs(momenta).sum(2, keepdim=True)
        for layer in self.layers:
            momenta, x = layer(momenta, x)
        x = x * mask.unsqueeze(-1)
        return Representation(x.sum(1), x, mask)

    def blocks(self):
        return [self.pairs, *self.layers]


@pytest.fixture
def turning(make_network):
    network = make_network("fused").double()
    network.backbone = Turning(network.backbone.schema).double()
    network.head = type(network.head)(6, 3).double()
    return network


def test_where_a_symmetry_mixes_components_the_invariants_are_taken(turning, events):
    found = vectors(turning.backbone)
    layers = turning.backbone.layers
    assert found == [(layers[0], 1, 6), (layers[1], 1, 6)]
    Bottleneck(units=3).apply(turning)
    with torch.no_grad():
        for inserted in turning.backbone.inserted:
            inserted.up.weight.normal_()
    rng = torch.Generator().manual_seed(0)
    double = events.to("cpu", torch.float64)
    turned = transformed(SYMMETRIES["rotation"], double, rng)
    torch.testing.assert_close(turning(turned), turning(double), rtol=1e-9, atol=1e-9)
    assert dead_parameters(turning, events) == ()


def test_a_network_stands_after_each_block(network):
    blocks = network.backbone.blocks()
    Bottleneck(units=3).apply(network)
    assert len(network.backbone.inserted) == len(blocks)
    learning = {name for name, p in network.named_parameters() if p.requires_grad}
    inserted = {
        f"backbone.inserted.{index}.{factor}.weight"
        for index in range(len(blocks))
        for factor in ("down", "up")
    }
    assert learning == inserted | {"head.weight", "head.bias"}


def test_a_copy_has_inserted_networks_of_its_own(network, events):
    Bottleneck().apply(network)
    before = network(events)
    copy = deepcopy(network)
    with torch.no_grad():
        copy.backbone.inserted[-1].up.weight.normal_()
    assert not torch.allclose(copy(events), before)
    assert torch.equal(network(events), before)


def test_empty_slots_stay_empty(network, events):
    Bottleneck().apply(network)
    with torch.no_grad():
        for inserted in network.backbone.inserted:
            inserted.up.weight.normal_()
    first = events.take(torch.tensor([0]))
    torch.testing.assert_close(network(events)[:1], network(first), rtol=1e-4, atol=1e-5)


def test_looking_changes_nothing(network):
    network.train()
    before, state = torch.get_rng_state(), deepcopy(network.state_dict())
    vectors(network.backbone)
    assert torch.equal(torch.get_rng_state(), before)
    assert network.training
    assert all(torch.equal(network.state_dict()[name], state[name]) for name in state)
    assert not any(module._forward_hooks for module in network.backbone.modules())


def test_blocks_that_give_no_vectors_are_refused(turning):
    turning.backbone.forward = lambda events: None  # no block is called
    with pytest.raises(NothingToTuneError, match="'bottleneck'"):
        Bottleneck().apply(turning)


def test_there_is_at_least_one_unit():
    with pytest.raises(ImpossibleSettingError, match=r"tuner\.bottleneck\.units"):
        Bottleneck(units=0)
