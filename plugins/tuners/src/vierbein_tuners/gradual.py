"""Everything learns, the last block first."""

from functools import partial

from vierbein.errors.runs import ImpossibleSettingError
from vierbein.interfaces.course import Course, Group
from vierbein.interfaces.network import Network
from vierbein.interfaces.tuner import Tuner
from vierbein_tuners.depth import by_depth
from vierbein_tuners.everything import learn_everything


class Gradual(Tuner):
    """Blocks begin to learn one after the other, the last one first; the head from the start.

    Parameters
    ----------
    share
        Share of the steps after which everything learns; blocks begin at even steps until then.
    learning_rate
        Peak learning rate.

    Raises
    ------
    ImpossibleSettingError
        If the share is not above 0 and below 1.

    References
    ----------
    .. [1] J. Howard, S. Ruder, arXiv:1801.06146.
    """

    def __init__(self, share: float = 0.5, learning_rate: float = 3e-4) -> None:
        if not 0 < share < 1:
            raise ImpossibleSettingError("tuner.gradual.share", share, "a share between 0 and 1")
        self.share = share
        self.learning_rate = learning_rate

    def apply(self, network: Network) -> None:
        """Let everything learn; when is a matter of its course."""
        learn_everything(network)

    def course(self, network: Network) -> Course:
        """Let each block wait for its time."""
        blocks = by_depth(network)
        return Course(
            tuple(
                Group(names, partial(_after, self.share * (len(blocks) - depth) / len(blocks)))
                for depth, names in enumerate(blocks)
                if names
            )
        )


def _after(begin: float, progress: float) -> float:
    return float(progress >= begin)
