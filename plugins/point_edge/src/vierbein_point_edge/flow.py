"""What stands before and behind the backbone in a generator."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.interfaces.backbone import Representation
from vierbein_point_edge.entry import Condition

_NUM_WAVES = 8


class Guide(nn.Module):
    """The time of the flow, and where in it each particle is -> what the backbone is told.

    Parameters
    ----------
    num_columns
        Of a particle's point.
    width
        Of the backbone.
    """

    def __init__(self, num_columns: int, width: int) -> None:
        super().__init__()
        self.time = nn.Sequential(
            nn.Linear(2 * _NUM_WAVES, width), nn.GELU(), nn.Linear(width, width)
        )
        self.point = nn.Linear(num_columns, width)

    def forward(
        self, points: Float[Tensor, "event slot column"], time: Float[Tensor, " event"]
    ) -> Condition:
        """Embed both."""
        waves = torch.arange(1, _NUM_WAVES + 1, device=time.device) * math.pi
        angle = time.unsqueeze(1) * waves.to(time.dtype)
        vector = self.time(torch.cat([angle.sin(), angle.cos()], dim=1))
        return Condition(vector, self.point(points))


class Outlet(nn.Module):
    """A representation -> the particles' velocities in the flow; one without any -> their number.

    Parameters
    ----------
    width
        Of the backbone.
    num_columns
        Of a particle's point.
    num_counts
        Multiplicities that it knows, from none on; 0 where they are given.
    """

    def __init__(self, width: int, num_columns: int, num_counts: int) -> None:
        super().__init__()
        self.velocity = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(), nn.Linear(width, num_columns)
        )
        self.counts = nn.Linear(width, num_counts) if num_counts else None

    def forward(self, found: Representation) -> Float[Tensor, "event slot column"]:
        """Give velocities, those of empty slots included."""
        velocity: Tensor = self.velocity(found.particles + found.pooled.unsqueeze(1))
        return velocity

    def log_chances(self, found: Representation) -> Float[Tensor, "event count"]:
        """Give the logarithms of each multiplicity's probability."""
        assert self.counts is not None  # noqa: S101 - for the type checker
        chances: Tensor = self.counts(found.pooled).log_softmax(1)
        return chances
