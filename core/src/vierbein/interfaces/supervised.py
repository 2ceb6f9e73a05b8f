"""Pretraining on the task itself."""

from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.interfaces.network import Network
from vierbein.interfaces.objective import Objective
from vierbein.interfaces.task import Task


class Supervised(Objective):
    """The run's own task, on the source domain's truth."""

    teaches_head: ClassVar[bool] = True

    def companion(self, network: Network) -> nn.Module:  # noqa: ARG002 - the interface's
        """Make nothing."""
        return nn.Module()

    def loss(
        self,
        network: Network,
        companion: nn.Module,  # noqa: ARG002 - the interface's
        task: Task,
        events: EventBatch,
    ) -> Float[Tensor, " event"]:
        """Give the task's loss.

        Parameters
        ----------
        network
            Backbone and head, which both learn.
        companion
            Nothing.
        task
            Whose loss it is.
        events
            With their truth.

        Returns
        -------
        Tensor
            One loss an event.
        """
        # Under autocast the prediction is of half precision, and the loss must not be.
        return task.loss(network(events).to(events.p4.dtype), events)
