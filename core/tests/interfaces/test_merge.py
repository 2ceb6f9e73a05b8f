import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.merge import merged
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection

SCHEMA = FeatureSchema((Feature("charge"), Feature("pt"), Feature("eta")))


class Means(Backbone):
    def __init__(self):
        super().__init__()
        self.schema, self.width = SCHEMA, 4
        self.first, self.second = nn.Linear(3, 4), nn.Linear(4, 4)

    def forward(self, events):
        padded = events.padded
        x = self.second(self.first(padded.features).relu()) * padded.mask.unsqueeze(-1)
        return Representation(x.sum(1), x, padded.mask)

    def blocks(self):
        return [self.first, self.second]


class Head(nn.Linear):
    def forward(self, representation):
        return super().forward(representation.pooled)


class Update(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.difference = nn.Parameter(torch.randn(size))

    def forward(self, matrix):
        return matrix + self.difference


def make():
    torch.manual_seed(0)
    projection = Projection(SCHEMA, SCHEMA, dict.fromkeys(SCHEMA.names, (0.0, 1.0)))
    return Network(projection, Means(), Head(4, 2))


@pytest.fixture
def events():
    rng = torch.Generator().manual_seed(0)
    p4, features = (torch.randn(7, n, generator=rng) for n in (4, 3))
    return EventBatch(SCHEMA, p4, features, torch.tensor([0, 3, 7]))


@pytest.fixture
def tuned():
    network = make().requires_grad_(False)
    parametrize.register_parametrization(network.backbone.first, "weight", Update((4, 3)))
    parametrize.register_parametrization(network.backbone.first, "bias", Update((4,)))
    parametrizations.weight_norm(network.backbone.second)  # two tensors make one
    return network


def test_predicts_the_same_with_plain_parameters(tuned, events):
    plain = merged(tuned)
    assert not any(parametrize.is_parametrized(module) for module in plain.modules())
    assert {type(m) for m in plain.backbone.blocks()} == {nn.Linear}
    torch.testing.assert_close(plain(events), tuned(events), rtol=1e-6, atol=1e-6)
    assert not torch.allclose(plain(events), make()(events), atol=1e-3)


def test_has_the_names_from_before_it_was_tuned(tuned):
    assert set(merged(tuned).state_dict()) == set(make().state_dict())


def test_learns_on_where_the_tuned_network_learned(tuned):
    learning = {name for name, p in merged(tuned).named_parameters() if p.requires_grad}
    assert learning == {"backbone.first.weight", "backbone.first.bias"}


def test_the_tuned_network_is_left_as_it_was(tuned, events):
    before, names = tuned(events), list(tuned.state_dict())
    plain = merged(tuned)
    with torch.no_grad():
        for parameter in plain.parameters():
            parameter.zero_()
    assert torch.equal(tuned(events), before)
    assert list(tuned.state_dict()) == names


def test_a_network_without_parametrizations_is_copied(events):
    network = make()
    plain = merged(network)
    assert torch.equal(plain(events), network(events))
    assert not {id(p) for p in plain.parameters()} & {id(p) for p in network.parameters()}
