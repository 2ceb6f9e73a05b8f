"""Everything learns, held back towards where it started."""

import torch
from torch import Tensor

from vierbein.errors.runs import ImpossibleSettingError
from vierbein.interfaces.course import Course, Group
from vierbein.interfaces.network import Network
from vierbein.interfaces.tuner import Tuner
from vierbein_tuners.everything import learn_everything


class L2SP(Tuner):
    """The loss grows with the squared distance of the backbone from the base.

    The penalty is `strength / 2` times the sum of squared differences [1]_. It stands in for the
    backbone's weight decay, which would pull towards zero; the head keeps its own.

    Parameters
    ----------
    strength
        Of the penalty.
    learning_rate
        Peak learning rate.

    Raises
    ------
    ImpossibleSettingError
        If the strength is not above 0.

    References
    ----------
    .. [1] X. Li, Y. Grandvalet, F. Davoine, arXiv:1802.01483.
    """

    def __init__(self, strength: float = 0.01, learning_rate: float = 3e-4) -> None:
        if not strength > 0:
            wanted = "above 0 (without a penalty:  tuner=full)"
            raise ImpossibleSettingError("tuner.l2_sp.strength", strength, wanted)
        self.strength = strength
        self.learning_rate = learning_rate

    def apply(self, network: Network) -> None:
        """Let everything learn."""
        learn_everything(network)

    def course(self, network: Network) -> Course:
        """Penalise the way from the network's present parameters."""
        named = {f"backbone.{n}": p for n, p in network.backbone.named_parameters()}
        start = {name: p.detach().clone() for name, p in named.items()}

        def penalty() -> Tensor:
            apart = [(p - start[n].to(p.device)).square().sum() for n, p in named.items()]
            return self.strength / 2 * torch.stack(apart).sum()

        return Course((Group(frozenset(named), _alike, weight_decay=0.0),), penalty)


def _alike(progress: float) -> float:  # noqa: ARG001 - the form of a rate
    return 1.0
