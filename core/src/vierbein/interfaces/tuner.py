"""Tuners: which parameters learn, and how."""

from abc import ABC, abstractmethod
from typing import ClassVar

from vierbein.interfaces.course import Course
from vierbein.interfaces.network import Network


class Tuner(ABC):
    """Chooses the parameters of a network that learn, and may add some.

    Applying a tuner leaves every prediction as it was (identity at the start), and every parameter
    that it leaves with `requires_grad` is live: it can change the prediction. It is applied to many
    networks, and keeps nothing of them.

    A new head learns under every tuner. The projection learns where it is not the identity.
    """

    learning_rate: float
    """Peak learning rate that suits the tuner; `compare` tries multiples of it."""

    replay: float = 0.0
    """Share of each step's events that come from the source domain, with their own projection and
    the network's own backbone and head."""

    is_mergeable: ClassVar[bool] = True
    """Whether `merged` gives a tuned network the base's own parameters, by name."""

    @abstractmethod
    def apply(self, network: Network) -> None:
        """Set `requires_grad`, and add parameters, in place."""

    def course(self, network: Network) -> Course:  # noqa: ARG002 - for those that override it
        """Say how a training goes that begins with a network as `apply` left it."""
        return Course()
