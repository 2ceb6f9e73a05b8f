"""Objectives: a good one, and what can be wrong with them."""

import torch
from torch import nn

from vierbein.interfaces.objective import Objective


class Counts(Objective):
    """Estimates an event's number of particles.

    Parameters
    ----------
    scale
        The number that counts as one.
    """

    teaches_head = False

    def __init__(self, scale: float = 5.0) -> None:
        self.scale = scale

    def companion(self, network):
        return nn.Linear(network.backbone.width, 1)

    def each(self, network, companion, task, events):
        found = companion(network.represent(events).pooled).squeeze(1)
        return (found - events.num_particles / self.scale).square()

    def loss(self, network, companion, task, events):
        return self.each(network, companion, task, events)


class MeanLoss(Counts):
    """Gives one loss for all events."""

    def loss(self, *given):
        return self.each(*given).mean()


class EmptyNaN(Counts):
    """Divides by the number of particles."""

    def loss(self, network, companion, task, events):
        return self.each(network, companion, task, events) * (0 / events.num_particles + 1)


class BatchLoss(Counts):
    """Divides by what the batch has."""

    def loss(self, *given):
        each = self.each(*given)
        return each / each.detach().mean()


class Weighted(Counts):
    """Applies event weights, which the trainer does, too."""

    def loss(self, network, companion, task, events):
        return self.each(network, companion, task, events) * events.event_weight


class Restless(Counts):
    """Draws in evaluation, too."""

    def loss(self, *given):
        return self.each(*given) * torch.rand(())


class NoSeed(Counts):
    """Draws what no seed fixes."""

    def loss(self, network, companion, task, events):
        each = self.each(network, companion, task, events)
        rng = torch.Generator()
        rng.seed()
        return each * torch.rand((), generator=rng) if companion.training else each


class ForgetsTheBackbone(Counts):
    """Learns nothing but its companion."""

    def loss(self, network, companion, task, events):
        found = companion(network.represent(events).pooled.detach()).squeeze(1)
        return (found - events.num_particles / self.scale).square()


class KeepsADeadHead(Counts):
    """Says that it teaches the head, and does not."""

    teaches_head = True


class UsesTheHead(Counts):
    """Teaches the head, and says that it does not."""

    def loss(self, network, companion, task, events):
        return self.each(network, companion, task, events) + network(events).square().sum(1)


class NeedsTruth(Counts):
    """Reads a label, and says that it teaches no head."""

    def loss(self, network, companion, task, events):
        return self.each(network, companion, task, events) + events.truth_of("kind")


class FreezesTheEntry(Counts):
    """Changes the network that it is given."""

    def companion(self, network):
        network.backbone.entry.requires_grad_(False)
        return super().companion(network)


class TouchesTheEvents(Counts):
    """Writes into the events."""

    def loss(self, network, companion, task, events):
        each = self.each(network, companion, task, events)
        events.features.zero_()
        return each


class HiddenState(Counts):
    """Keeps part of what it draws to itself."""

    def companion(self, network):
        made = super().companion(network)
        made.hidden = torch.rand(1, dtype=torch.float64)
        return made

    def loss(self, network, companion, task, events):
        return self.each(network, companion, task, events) * companion.hidden


class Uphill(Counts):
    """Learns the opposite of what it is judged by."""

    def loss(self, network, companion, task, events):
        each = self.each(network, companion, task, events)
        return -each if companion.training else each
