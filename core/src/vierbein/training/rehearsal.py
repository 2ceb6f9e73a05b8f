"""Events of the source domain, learned from again beside those of the target domain."""

import numpy as np
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor

from vierbein.interfaces.network import Network
from vierbein.interfaces.trainer import Loss, Replay
from vierbein.training.evaluate import losses
from vierbein.training.order import Order


class Rehearsal:
    """The replayed events of a training, step by step.

    Parameters
    ----------
    replay
        What is replayed.
    network
        Whose backbone and head they pass.
    batch_size
        Target events of a step.
    seed
        Of their order.
    fabric
        Of the training.
    """

    def __init__(
        self, replay: Replay, network: Network, batch_size: int, seed: int, fabric: Fabric
    ) -> None:
        size = max(1, round(batch_size * replay.share / (1 - replay.share)))
        self.events, self.fabric = replay.events, fabric
        self.module = fabric.setup_module(replayed(replay, network))
        self.order = Order(replay.events.num_particles, size, seed)
        self.weight_scale = len(replay.events) / float(replay.events.weights.sum())
        self.share = size / (size + batch_size)  # each event of a step counts alike

    def num_particles(self, step: int) -> NDArray[np.int64]:
        """Give the lengths of a step's events."""
        return self.events.num_particles[self.order.batch(step)]

    def loss(self, task: Loss, step: int) -> Tensor:
        """Give their mean loss in a step."""
        batch = self.events.take(self.order.batch(step)).to(self.fabric.device)
        each = losses(self.module, task, batch)
        return (each * batch.event_weight).mean() * self.weight_scale


def replayed(replay: Replay, network: Network) -> Network:
    """Give the network that replayed events pass: their projection, and all else shared."""
    projection = replay.projection.requires_grad_(requires_grad=False)
    shared = Network(projection, network.backbone, network.head)
    shared.spare = network.spare
    return shared
