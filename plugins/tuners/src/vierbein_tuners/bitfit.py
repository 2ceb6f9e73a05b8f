"""Biases learn."""

from vierbein.interfaces.network import Network
from vierbein.interfaces.tuner import Tuner
from vierbein_tuners.errors import NothingToTuneError
from vierbein_tuners.new_parts import learn_new_parts_only


class BitFit(Tuner):
    """The biases of the backbone learn, those of its normalisations too.

    Parameters
    ----------
    learning_rate
        Peak learning rate.

    References
    ----------
    .. [1] E. Ben Zaken, S. Ravfogel, Y. Goldberg, arXiv:2106.10199.
    """

    def __init__(self, learning_rate: float = 3e-3) -> None:
        self.learning_rate = learning_rate

    def apply(self, network: Network) -> None:
        """Freeze everything in the backbone but biases.

        Parameters
        ----------
        network
            Changed in place.

        Raises
        ------
        NothingToTuneError
            If it has no bias.
        """
        named = network.backbone.named_parameters()
        # Fused attention calls its own `in_proj_bias`.
        biases = [p for name, p in named if name.rpartition(".")[2].endswith("bias")]
        if not biases:
            raise NothingToTuneError("bitfit", type(network.backbone).__name__, "biases")
        learn_new_parts_only(network)
        for bias in biases:
            bias.requires_grad_(True)
