"""Everything learns, and units that pretraining left unused are put to use."""

from vierbein.interfaces.network import Network
from vierbein.interfaces.tuner import Tuner
from vierbein_tuners.errors import NothingToTuneError
from vierbein_tuners.everything import learn_everything


class DummyNodes(Tuner):
    """The base's spare units are connected to the head, and everything learns.

    Pretraining computes them and lets no head see them (`pretrain.spare_units`), so that a new
    answer finds room that the old ones did not take. The connection starts at zero.

    Parameters
    ----------
    learning_rate
        Peak learning rate.

    References
    ----------
    .. [1] V. Krishnaraj, A. E. Bayer, C. K. Jespersen, P. Melchior, arXiv:2510.19168.
    """

    is_mergeable = False

    def __init__(self, learning_rate: float = 3e-4) -> None:
        self.learning_rate = learning_rate

    def apply(self, network: Network) -> None:
        """Connect the spare units.

        Parameters
        ----------
        network
            Changed in place.

        Raises
        ------
        NothingToTuneError
            If its base has none.
        """
        if not network.spare.num_units:
            sought = "spare units of the base (made by  base=null pretrain.spare_units=8)"
            raise NothingToTuneError("dummy_nodes", type(network.backbone).__name__, sought)
        like = next(network.backbone.parameters())
        network.spare.connect(like, network.backbone.width)
        learn_everything(network)
