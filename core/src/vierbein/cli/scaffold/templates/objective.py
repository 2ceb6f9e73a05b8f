import math
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.interfaces.network import Network
from vierbein.interfaces.objective import Objective
from vierbein.interfaces.task import Task


class Exemplar(Objective):
    """Counts: the logarithm of an event's number of particles is estimated by least squares.

    Parameters
    ----------
    scale
        The number whose logarithm is one.
    """

    teaches_head: ClassVar[bool] = False

    def __init__(self, scale: float = 2.718) -> None:
        self.scale = scale

    def companion(self, network: Network) -> nn.Module:
        return nn.Linear(network.backbone.width, 1)

    def loss(
        self, network: Network, companion: nn.Module, task: Task, events: EventBatch
    ) -> Float[Tensor, " event"]:
        estimated = companion(network.represent(events).pooled).squeeze(1).to(events.p4.dtype)
        wanted = events.num_particles.clamp(min=1).log() / math.log(self.scale)
        loss: Tensor = (estimated - wanted).square()
        return loss
