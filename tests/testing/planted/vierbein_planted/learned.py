"""Generators and compressors: good ones, and what can be wrong with them."""

from copy import deepcopy

import torch
from torch import nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.compressor import Compressor
from vierbein.interfaces.generator import Generator


class Clouds(Generator):
    """Two particles an event, of one learned width.

    Parameters
    ----------
    schema
        Features of the events.
    """

    def __init__(self, schema: FeatureSchema) -> None:
        super().__init__()
        self.schema = schema
        self.layer = nn.Linear(3, 3 + len(schema.features))

    def draw(self, num, rng):
        return torch.randn(num, 3, generator=rng)

    def sample(self, conditions, rng):
        num = 2 * len(conditions)
        columns = self.layer(self.draw(num, rng))
        p3, features = columns[:, :3], columns[:, 3:]
        p4 = torch.cat([p3.norm(dim=1, keepdim=True), p3], dim=1)
        offsets = torch.arange(0, num + 1, 2)
        extra = torch.zeros(len(conditions), len(self.schema.event_features))
        return EventBatch(self.schema, p4, features, offsets, event_features=extra)

    def loss(self, events, rng):
        drawn = self.layer(self.draw(len(events), rng))
        return (drawn - events.num_particles.unsqueeze(1)).square().mean(1)

    def blocks(self):
        return [self.layer]


class GlobalNoise(Clouds):
    """Draws from the global random numbers."""

    def draw(self, num, rng):
        return torch.randn(num, 3)


class MeanLoss(Clouds):
    """Gives one loss for all events."""

    def loss(self, events, rng):
        return super().loss(events, rng).mean()


class Prune(Compressor):
    """Sets small parameters of the backbone to zero."""

    def compress(self, network, task, trainer, events):
        made = deepcopy(network)
        return self.pruned(made)

    def pruned(self, network):
        for parameter in network.backbone.parameters():
            small = parameter.detach().abs() < 0.1
            parameter.data.masked_fill_(small, 0.0)
        return network


class PrunesTheGiven(Prune):
    """Works on the network that it was given."""

    def compress(self, network, task, trainer, events):
        return self.pruned(network)


class PrunesNothing(Prune):
    """Gives back what it was given."""

    def pruned(self, network):
        return network


class PrunesAll(Prune):
    """Forgets what the network was for."""

    def pruned(self, network):
        for parameter in network.parameters():
            parameter.data.normal_(std=30.0).round_()
        return network
