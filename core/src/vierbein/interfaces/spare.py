"""Spare units: room that a pretraining leaves for what its base will be asked later."""

from dataclasses import replace

from torch import nn

from vierbein.interfaces.backbone import Representation


class SpareUnits(nn.Module):
    """The last units of the pooled vector, which no head sees before a tuner connects them.

    Parameters
    ----------
    num_units
        How many; none in a usual base.

    References
    ----------
    .. [1] V. Krishnaraj, A. E. Bayer, C. K. Jespersen, P. Melchior, "Transfer Learning Beyond the
       Standard Model", arXiv:2510.19168 (dummy nodes).
    """

    def __init__(self, num_units: int = 0) -> None:
        super().__init__()
        self.num_units = num_units
        self.connection: nn.Linear | None = None

    def connect(self, like: nn.Parameter, width: int) -> None:
        """Connect them to all units that the head sees; the connection starts at zero.

        Parameters
        ----------
        like
            Any parameter of the network: the connection is of its type and on its device.
        width
            Of the pooled vector.
        """
        made = nn.Linear(self.num_units, width, bias=False, dtype=like.dtype, device=like.device)
        nn.init.zeros_(made.weight)
        self.connection = made

    def forward(self, representation: Representation) -> Representation:
        """Hide them from the head, but for what the connection carries."""
        if not self.num_units:
            return representation
        pooled = representation.pooled
        seen = nn.functional.pad(pooled[:, : -self.num_units], (0, self.num_units))
        if self.connection is not None:
            seen = seen + self.connection(pooled[:, -self.num_units :])
        return replace(representation, pooled=seen)
