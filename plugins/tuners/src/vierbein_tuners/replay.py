"""Everything learns, from events of the source domain too."""

from vierbein.errors.runs import ImpossibleSettingError
from vierbein.interfaces.network import Network
from vierbein.interfaces.tuner import Tuner
from vierbein_tuners.everything import learn_everything


class Replay(Tuner):
    """A share of each step's events are the source domain's, so that the base is not forgotten.

    They come through the source domain's own projection, and pass the same backbone and the same
    head as the target's: the source domain must have the truth of the run's task. They are read of
    its training split, and counted in the FLOPs.

    Parameters
    ----------
    share
        Of each step's events; they come on top of the target's.
    learning_rate
        Peak learning rate.

    Raises
    ------
    ImpossibleSettingError
        If the share is not above 0 and below 1.

    References
    ----------
    .. [1] A. Robins, Connection Science 7 (1995) 123.
    .. [2] D. Rolnick et al., arXiv:1811.11682.
    """

    def __init__(self, share: float = 0.25, learning_rate: float = 3e-4) -> None:
        if not 0 < share < 1:
            raise ImpossibleSettingError("tuner.replay.share", share, "a share between 0 and 1")
        self.share = share
        self.replay = share
        self.learning_rate = learning_rate

    def apply(self, network: Network) -> None:
        """Let everything learn."""
        learn_everything(network)
