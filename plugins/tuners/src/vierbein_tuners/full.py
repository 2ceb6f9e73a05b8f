"""Everything learns."""

from vierbein.interfaces.network import Network
from vierbein.interfaces.tuner import Tuner
from vierbein_tuners.everything import learn_everything


class Full(Tuner):
    """Every parameter learns, the projection's too.

    Parameters
    ----------
    learning_rate
        Peak learning rate.
    """

    def __init__(self, learning_rate: float = 3e-4) -> None:
        self.learning_rate = learning_rate

    def apply(self, network: Network) -> None:
        """Let everything learn."""
        learn_everything(network)
