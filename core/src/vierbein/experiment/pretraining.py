"""What the trainer is handed where a base is made: a network that gives its own loss."""

from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.interfaces.network import Network
from vierbein.interfaces.objective import Objective
from vierbein.interfaces.task import Task


class Pretraining(Network):
    """A network with its objective's companion: events -> each event's loss.

    Parameters
    ----------
    network
        What is pretrained, in place.
    task
        The run's.
    objective
        What it is pretrained on.
    """

    def __init__(self, network: Network, task: Task, objective: Objective) -> None:
        super().__init__(network.projection, network.backbone, network.head)
        self.companion = objective.companion(network)
        self.task, self.objective = task, objective

    def forward(self, events: EventBatch) -> Tensor:
        """Give each event's loss."""
        network = Network(self.projection, self.backbone, self.head)  # of the same modules
        return self.objective.loss(network, self.companion, self.task, events)


class OwnLoss:
    """The network's prediction is the loss."""

    def loss(self, prediction: Tensor, events: EventBatch) -> Tensor:  # noqa: ARG002 - the protocol names it
        """Give it back."""
        return prediction
