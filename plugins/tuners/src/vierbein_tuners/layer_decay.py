"""Everything learns, the more slowly the nearer to the input."""

from functools import partial

from vierbein.errors.runs import ImpossibleSettingError
from vierbein.interfaces.course import Course, Group
from vierbein.interfaces.network import Network
from vierbein.interfaces.tuner import Tuner
from vierbein_tuners.depth import by_depth
from vierbein_tuners.everything import learn_everything


class LayerDecay(Tuner):
    """Each block learns at the rate of the one after it, times a factor; the head at the full rate.

    Parameters
    ----------
    decay
        The factor from block to block, and from the head to the last one.
    learning_rate
        Peak learning rate of the head.

    Raises
    ------
    ImpossibleSettingError
        If the factor is not above 0 and at most 1.

    References
    ----------
    .. [1] J. Howard, S. Ruder, arXiv:1801.06146 (discriminative fine-tuning).
    .. [2] K. Clark et al., arXiv:2003.10555.
    """

    def __init__(self, decay: float = 0.7, learning_rate: float = 1e-3) -> None:
        if not 0 < decay <= 1:
            wanted = "a factor above 0 and at most 1"
            raise ImpossibleSettingError("tuner.layer_decay.decay", decay, wanted)
        self.decay = decay
        self.learning_rate = learning_rate

    def apply(self, network: Network) -> None:
        """Let everything learn; how fast is a matter of its course."""
        learn_everything(network)

    def course(self, network: Network) -> Course:
        """Let each block learn at its own rate."""
        blocks = by_depth(network)
        return Course(
            tuple(
                Group(names, partial(_constant, self.decay ** (len(blocks) - depth)))
                for depth, names in enumerate(blocks)
                if names
            )
        )


def _constant(multiple: float, progress: float) -> float:  # noqa: ARG001 - the form of a rate
    return multiple
