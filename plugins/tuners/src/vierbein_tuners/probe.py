"""The backbone stays frozen."""

from vierbein.interfaces.network import Network
from vierbein.interfaces.tuner import Tuner
from vierbein_tuners.new_parts import learn_new_parts_only


class Probe(Tuner):
    """Only the head learns, and the projection where the detector's features are not the base's.

    Parameters
    ----------
    learning_rate
        Peak learning rate.
    """

    def __init__(self, learning_rate: float = 3e-3) -> None:
        self.learning_rate = learning_rate

    def apply(self, network: Network) -> None:
        """Freeze the backbone."""
        learn_new_parts_only(network)
