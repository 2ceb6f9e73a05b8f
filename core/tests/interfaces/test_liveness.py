from copy import deepcopy

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.liveness import dead_parameters
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection

SCHEMA = FeatureSchema((Feature("charge"), Feature("pt"), Feature("eta")))
WIDTH = 4


class Attentive(Backbone):
    """Attention by hand, with every way to hold a parameter that changes nothing."""

    def __init__(self):
        super().__init__()
        self.schema, self.width = SCHEMA, WIDTH
        self.embedding = nn.Linear(3, WIDTH)
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH)
        self.never_called = nn.Linear(WIDTH, WIDTH)
        self.particles_only = nn.Linear(WIDTH, WIDTH)

    def forward(self, events):
        padded = events.padded
        x = self.embedding(padded.features)
        logits = self.query(x) @ self.key(x).transpose(1, 2)
        weights = logits.masked_fill(~padded.mask.unsqueeze(1), -1e4).softmax(-1)
        pooled = (weights @ x * padded.mask.unsqueeze(-1)).sum(1)
        return Representation(pooled, self.particles_only(x), padded.mask)

    def blocks(self):
        return [self.embedding, self.query]


class Head(nn.Linear):
    def forward(self, representation):
        return super().forward(representation.pooled)


@pytest.fixture
def network():
    torch.manual_seed(0)
    projection = Projection(SCHEMA, SCHEMA, dict.fromkeys(SCHEMA.names, (0.0, 1.0)))
    return Network(projection, Attentive(), Head(WIDTH, 2))


@pytest.fixture
def events():
    rng = torch.Generator().manual_seed(0)
    offsets = torch.tensor([0, 3, 7])
    p4, features = (torch.randn(7, n, generator=rng) for n in (4, 3))
    return EventBatch(SCHEMA, p4, features, offsets)


DEAD = {
    "backbone.key.bias",  # adds one number to all logits of a particle
    "backbone.never_called.weight",
    "backbone.never_called.bias",
    "backbone.particles_only.weight",
    "backbone.particles_only.bias",
}


def test_names_exactly_what_cannot_change_the_prediction(network, events):
    assert set(dead_parameters(network, events)) == DEAD


def test_frozen_parameters_are_not_judged(network, events):
    network.requires_grad_(False)
    assert dead_parameters(network, events) == ()
    network.head.requires_grad_(True)
    assert dead_parameters(network, events) == ()


def test_nothing_lives(network, events):
    network.requires_grad_(False)
    network.backbone.never_called.requires_grad_(True)
    dead = dead_parameters(network, events)
    assert set(dead) == {"backbone.never_called.weight", "backbone.never_called.bias"}


def test_an_update_that_starts_at_zero_is_alive(network, events):
    class Update(nn.Module):
        def __init__(self):
            super().__init__()
            self.up = nn.Parameter(torch.zeros(WIDTH, 1))
            self.down = nn.Parameter(torch.randn(1, WIDTH))

        def forward(self, matrix):
            return matrix + self.up @ self.down

    network.requires_grad_(False)
    parametrize.register_parametrization(network.backbone.query, "weight", Update())
    network(events).sum().backward()
    update = network.backbone.query.parametrizations.weight[0]
    assert not update.down.grad.any()  # which alone would look dead
    assert dead_parameters(network, events) == ()


def test_the_network_is_left_as_it_was(network, events):
    network.train()
    before = deepcopy(network.state_dict())
    dead_parameters(network, events)
    assert network.training
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(p.grad is None and p.dtype == torch.float32 for p in network.parameters())
