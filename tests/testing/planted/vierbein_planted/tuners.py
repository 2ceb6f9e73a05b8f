"""Tuners: a good one, and what can be wrong with it."""

import torch
from torch import nn
from torch.nn.utils import parametrize

from vierbein.interfaces.course import Course, Group
from vierbein.interfaces.network import Network
from vierbein.interfaces.tuner import Tuner


class Shift(nn.Module):
    """A vector that is added to a bias."""

    def __init__(self, bias, start=0.0):
        super().__init__()
        self.shift = nn.Parameter(torch.full_like(bias, start))

    def forward(self, bias):
        return bias + self.shift


class Shifts(Tuner):
    """Adds a vector to the bias of each linear layer that is called.

    Parameters
    ----------
    learning_rate
        Peak learning rate.
    """

    start = 0.0

    def __init__(self, learning_rate: float = 1e-3) -> None:
        self.learning_rate = learning_rate

    def update(self, bias):
        return Shift(bias, self.start)

    def apply(self, network: Network) -> None:
        network.requires_grad_(False)
        network.head.requires_grad_(True)
        if network.projection.extra or network.projection.defaulted:
            network.projection.requires_grad_(True)
        for module in list(network.backbone.modules()):
            if type(module) is nn.Linear:
                parametrize.register_parametrization(module, "bias", self.update(module.bias))


class NotIdentity(Shifts):
    """Starts away from the base."""

    start = 0.1


class DeadUpdate(Shifts):
    """Adds parameters that nothing reads."""

    def apply(self, network: Network) -> None:
        super().apply(network)
        network.backbone.unused = nn.Parameter(torch.ones(4))


class FrozenHead(Shifts):
    """Freezes the head, too."""

    def apply(self, network: Network) -> None:
        super().apply(network)
        network.head.requires_grad_(False)


class SharedUpdate(Shifts):
    """Keeps one update for all networks."""

    def update(self, bias):
        if not hasattr(self, "kept"):
            self.kept = {}
        return self.kept.setdefault(tuple(bias.shape), Shift(bias))


class WritesTheBase(Shifts):
    """Lets training move what is frozen."""

    def apply(self, network: Network) -> None:
        super().apply(network)

        def drift(module, _):
            if module.training:
                module.weight.data.mul_(1.001)

        network.backbone.entry.register_forward_pre_hook(drift)


class FrozenProjection(Shifts):
    """Forgets features that the base does not know."""

    def apply(self, network: Network) -> None:
        super().apply(network)
        network.projection.requires_grad_(False)


class NoSeed(Shifts):
    """Draws what no seed fixes; it starts at the identity, as nothing reads it before a step."""

    def update(self, bias):
        made = Shift(bias)
        rng = torch.Generator()
        rng.seed()
        made.register_buffer("noise", torch.rand(3, generator=rng))
        return made


class FalseMerge(Shifts):
    """Inserts a layer, and says that it can be baked in."""

    def apply(self, network: Network) -> None:
        super().apply(network)
        network.backbone.inserted = made = Inserted(network.backbone.width).to(network.head.weight)
        network.backbone.exit.register_forward_hook(made)


class Inserted(nn.Module):
    """Adds a linear function of what a block gives; the block's hook."""

    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width, width))

    def forward(self, block, given, output):
        return output + output @ self.weight


class HidesTheBase(Shifts):
    """Keeps twice the base's frozen parameters, and halves them when they are used."""

    def update(self, bias):
        return Halved(bias)


class Halved(Shift):
    """Half of what is kept, and a shift."""

    def forward(self, bias):
        return bias / 2 + self.shift

    def right_inverse(self, bias):
        return 2 * bias


class NegativeRate(Shifts):
    """Lets the head climb."""

    rate = -1.0

    def course(self, network: Network) -> Course:
        names = frozenset(f"head.{name}" for name, _ in network.head.named_parameters())
        return Course((Group(names, lambda progress: self.rate),))


class NeverLearns(NegativeRate):
    """Leaves the head for later, and never comes to it."""

    rate = 0.0


class GroupsTheFrozen(Shifts):
    """Gives rates to what does not learn."""

    def course(self, network: Network) -> Course:
        return Course((Group(frozenset({"backbone.entry.weight"}), lambda progress: 1.0),))


class PullsToZero(Shifts):
    """Penalises the parameters themselves, not their way from the start."""

    def course(self, network: Network) -> Course:
        head = list(network.head.parameters())
        return Course(penalty=lambda: sum(p.square().sum() for p in head))


class NothingButReplay(Shifts):
    """Leaves no room for target events."""

    replay = 1.0
