"""Objectives: what a backbone is pretrained on."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.interfaces.network import Network
from vierbein.interfaces.task import Task


class Objective(ABC):
    """What a backbone is pretrained on, before it is carried anywhere.

    The base keeps the backbone, and the head where the objective teaches it. Every parameter of
    what is kept must be able to change the loss: what cannot would enter the base as it was drawn.
    """

    teaches_head: ClassVar[bool]
    """Whether the task's head learns too; otherwise events need no truth, and the base has no
    head: whoever starts from it brings a new one."""

    @abstractmethod
    def companion(self, network: Network) -> nn.Module:
        """Make what learns beside the network and is thrown away afterwards, such as a decoder.

        What starts at random is drawn from torch's own random numbers. A module without parameters
        will do where there is nothing.
        """

    @abstractmethod
    def loss(
        self, network: Network, companion: nn.Module, task: Task, events: EventBatch
    ) -> Float[Tensor, " event"]:
        """Give each event's own loss, event weights not applied.

        In training mode, which is that of the companion, what is random comes from torch's own
        random numbers; in evaluation mode the loss is a function of the event, its id included.

        Parameters
        ----------
        network
            What is pretrained. Its projection standardises the features.
        companion
            What `companion` made for it.
        task
            The run's, whose head the network has.
        events
            In the adapter's schema.

        Returns
        -------
        Tensor
            One loss an event.
        """
