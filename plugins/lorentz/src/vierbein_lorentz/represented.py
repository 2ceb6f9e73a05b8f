"""From vectors of particles to the representation of their events."""

from jaxtyping import Bool, Float
from torch import Tensor

from vierbein.interfaces.backbone import Representation


def represented(
    x: Float[Tensor, "event slot width"], mask: Bool[Tensor, "event slot"]
) -> Representation:
    """Average each event's particles; an event without any has zeros."""
    x = x * mask.unsqueeze(-1)
    return Representation(x.sum(1) / mask.sum(1, keepdim=True).clamp(min=1), x, mask)
