"""Pretraining on the task and on masked particles at once."""

from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.interfaces.network import Network
from vierbein.interfaces.objective import Objective
from vierbein.interfaces.supervised import Supervised
from vierbein.interfaces.task import Task
from vierbein_objectives.masked_particles import Decoder, MaskedParticles


class SupervisedAndMasked(Objective):
    """The weighted sum of the task's loss and that of masked particles.

    The task sees whole events, the other masked ones: a step costs twice what one of them does.

    Parameters
    ----------
    supervised
        Factor of the task's loss.
    masked
        Factor of the loss of masked particles.
    share
        Of an event's particles that are masked, at least one and never all.

    Raises
    ------
    ShareError
        If the share is not between 0 and 1.
    """

    teaches_head: ClassVar[bool] = True

    def __init__(self, supervised: float = 1.0, masked: float = 1.0, share: float = 0.3) -> None:
        self.factors = supervised, masked
        self.of_task, self.of_particles = Supervised(), MaskedParticles(share)

    def companion(self, network: Network) -> Decoder:
        """Make the decoder of masked particles."""
        return self.of_particles.companion(network)

    def loss(
        self, network: Network, companion: nn.Module, task: Task, events: EventBatch
    ) -> Float[Tensor, " event"]:
        """Give each event's weighted sum.

        Parameters
        ----------
        network
            Backbone and head, which both learn.
        companion
            The decoder of masked particles.
        task
            The run's.
        events
            With their truth.

        Returns
        -------
        Tensor
            One loss an event.
        """
        given = network, companion, task, events
        supervised, masked = self.factors
        return supervised * self.of_task.loss(*given) + masked * self.of_particles.loss(*given)
