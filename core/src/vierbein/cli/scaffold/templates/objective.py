from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.interfaces.network import Network
from vierbein.interfaces.objective import Objective
from vierbein.interfaces.task import Task


class Exemplar(Objective):
    """The task, and beside it the logarithm of the number of particles, by least squares.

    Parameters
    ----------
    factor
        Of the second one.
    """

    teaches_head: ClassVar[bool] = True

    def __init__(self, factor: float = 0.1) -> None:
        self.factor = factor

    def companion(self, network: Network) -> nn.Module:
        return nn.Linear(network.backbone.width, 1)

    def loss(
        self, network: Network, companion: nn.Module, task: Task, events: EventBatch
    ) -> Float[Tensor, " event"]:
        representation = network.represent(events)
        estimated = companion(representation.pooled).squeeze(1)
        error = estimated - events.num_particles.clamp(min=1).log()
        of_task = task.loss(network.head(representation), events)
        loss: Tensor = of_task + self.factor * error.square()
        return loss
