"""How the training of a tuned network goes, beyond its budget."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Group:
    """Parameters that learn alike.

    Parameters
    ----------
    names
        As in the network's `named_parameters`; all of them learn.
    rate
        Multiple of the learning rate, for the share of the steps that is done. Where it is 0 the
        parameters stay as they are, bit by bit, and cost no gradient.
    weight_decay
        Multiple of the run's weight decay.
    """

    names: frozenset[str]
    rate: Callable[[float], float]
    weight_decay: float = 1.0


@dataclass(frozen=True)
class Course:
    """What a tuner wants of one training of a network that it was applied to.

    Parameters
    ----------
    groups
        Parameters that do not learn as all others do; none stands in two of them.
    penalty
        Added to the loss of each step; 0 at the start.
    """

    groups: tuple[Group, ...] = ()
    penalty: Callable[[], Tensor] | None = None
