from collections.abc import Sequence

import torch
from torch import nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.network import Network, PaddedNetwork
from vierbein.interfaces.projection import Projection

SCHEMA = FeatureSchema((Feature("charge"), Feature("d0")))
STATISTICS = {"charge": (0.5, 2.0), "d0": (0.0, 1.0)}


class Sums(Backbone):
    """Sums what each particle's features become."""

    def __init__(self, schema: FeatureSchema) -> None:
        super().__init__()
        self.schema, self.width = schema, 3
        self.layer = nn.Linear(4 + len(schema.names), self.width)

    def forward(self, events: EventBatch) -> Representation:
        """Represent a batch."""
        padded = events.padded
        particles = self.layer(torch.cat([padded.p4, padded.features], dim=-1))
        particles = particles.masked_fill(~padded.mask.unsqueeze(-1), 0.0)
        return Representation(particles.sum(1), particles, padded.mask)

    def blocks(self) -> Sequence[nn.Module]:
        """Its one layer."""
        return [self.layer]


class Pooled(nn.Module):
    """The first number of the pooled representation."""

    def forward(self, representation: Representation) -> torch.Tensor:
        """Predict."""
        return representation.pooled[:, :1]


def network_and_events() -> tuple[Network, EventBatch]:
    torch.manual_seed(3)
    network = Network(Projection(SCHEMA, SCHEMA, STATISTICS), Sums(SCHEMA), Pooled())
    offsets = torch.tensor([0, 2, 2, 5])
    return network, EventBatch(SCHEMA, torch.randn(5, 4), torch.randn(5, 2), offsets)


def test_the_padded_network_is_the_same_function() -> None:
    network, events = network_and_events()
    padded = events.padded
    particles, pooled, prediction = PaddedNetwork(network, SCHEMA)(
        padded.p4, padded.features, padded.mask
    )
    representation = network.represent(events)
    torch.testing.assert_close(particles, representation.particles)
    torch.testing.assert_close(pooled, representation.pooled)
    torch.testing.assert_close(prediction, network(events))


def test_the_padded_network_can_be_exported_and_run_on_other_shapes() -> None:
    network, events = network_and_events()
    padded, wrapped = events.padded, PaddedNetwork(network, SCHEMA)
    event, slot = torch.export.Dim("event"), torch.export.Dim("slot")
    dynamic = {0: event, 1: slot}
    exported = torch.export.export(
        wrapped, (padded.p4, padded.features, padded.mask), dynamic_shapes=(dynamic,) * 3
    )
    other = (torch.randn(6, 9, 4), torch.randn(6, 9, 2), torch.rand(6, 9) > 0.5)
    for ours, theirs in zip(exported.module()(*other), wrapped(*other), strict=True):
        torch.testing.assert_close(ours, theirs)
