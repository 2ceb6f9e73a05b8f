"""Tuners: which parameters learn, and how."""

from abc import ABC, abstractmethod

from vierbein.interfaces.network import Network


class Tuner(ABC):
    """Chooses the parameters of a network that learn, and may add some.

    Applying a tuner leaves every prediction as it was (identity at the start), and every parameter
    that it leaves with `requires_grad` is live: it can change the prediction.

    A new head learns under every tuner. The projection learns where it is not the identity.
    """

    learning_rate: float
    """Peak learning rate that suits the tuner; `compare` tries multiples of it."""

    @abstractmethod
    def apply(self, network: Network) -> None:
        """Set `requires_grad`, and add parameters, in place."""
