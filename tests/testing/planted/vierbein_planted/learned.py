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
        self.register_buffer("scale", torch.ones(3))

    def prepare(self, events):
        self.scale.copy_(events.p4[:, 1:].std(0))

    def draw(self, num, rng):
        return torch.randn(num, 3, generator=rng)

    def sample(self, conditions, rng):
        num = 2 * len(conditions)
        columns = self.layer(self.draw(num, rng))
        p3, features = columns[:, :3] * self.scale, columns[:, 3:]
        p4 = torch.cat([p3.norm(dim=1, keepdim=True), p3], dim=1)
        offsets = torch.arange(0, num + 1, 2)
        return EventBatch(self.schema, p4, features, offsets, event_features=conditions)

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


class NoisyLoss(Clouds):
    """Draws its loss's noise from the global random numbers."""

    def loss(self, events, rng):
        return super().loss(events, rng) + torch.rand(len(events))


class ForgetsConditions(Clouds):
    """Samples events without what they were sampled for."""

    def sample(self, conditions, rng):
        return super().sample(torch.zeros_like(conditions), rng)


class ScalesTwice(Clouds):
    """Takes its scale anew on top of what it had."""

    def prepare(self, events):
        self.scale.mul_(events.p4[:, 1:].std(0))


class ScalesApart(Clouds):
    """Keeps its scale where no file holds it."""

    def __init__(self, schema: FeatureSchema) -> None:
        super().__init__(schema)
        del self.scale
        self.scale = torch.ones(3)

    def prepare(self, events):
        self.scale = events.p4[:, 1:].std(0)


class Prune(Compressor):
    """Sets small parameters of the backbone to zero."""

    def compress(self, network, materials):
        made = deepcopy(network)
        return self.pruned(made)

    def restored(self, network, materials, parameters):
        made = deepcopy(network)
        made.load_state_dict(parameters)
        return made

    def pruned(self, network):
        for parameter in network.backbone.parameters():
            small = parameter.detach().abs() < 0.1
            parameter.data.masked_fill_(small, 0.0)
        return network


class PrunesTheGiven(Prune):
    """Works on the network that it was given."""

    def compress(self, network, materials):
        return self.pruned(network)


class PrunesAgain(Prune):
    """Restores from what it was given, not from what it made."""

    def restored(self, network, materials, parameters):
        return deepcopy(network)


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
