from vierbein.interfaces.network import Network
from vierbein.interfaces.tuner import Tuner


class Exemplar(Tuner):
    """The biases of the backbone learn (arXiv:2106.10199), and what the base did not bring.

    Parameters
    ----------
    learning_rate
        Peak learning rate.
    """

    def __init__(self, learning_rate: float = 3e-3) -> None:
        self.learning_rate = learning_rate

    def apply(self, network: Network) -> None:
        is_joined = bool(network.projection.extra or network.projection.defaulted)
        for name, parameter in network.named_parameters():
            part = name.partition(".")[0]
            learns = {"backbone": name.endswith("bias"), "projection": is_joined, "head": True}
            parameter.requires_grad_(learns[part])
