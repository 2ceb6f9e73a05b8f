"""Which hits see each other, and how much: without jumps, whatever the detector's grid."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Edges:
    """Pairs of hits of an event.

    Parameters
    ----------
    receiver
        Its row among the packed hits.
    sender
        The row of the other.
    share
        Between 0 and 1: how much the receiver sees of it.
    """

    receiver: Int[Tensor, " edge"]
    sender: Int[Tensor, " edge"]
    share: Float[Tensor, " edge"]


def find_edges(
    positions: Float[Tensor, "event slot 3"], mask: Bool[Tensor, "event slot"], num: int
) -> Edges:
    """Let each hit see its nearest others, fading out towards the first that it does not see.

    Sensors on a grid are often equally far. Which of them would be chosen at the rim is a matter of
    rounding, so the rim counts nothing: the share of another at distance d is (1 - d^2 / R^2)^2,
    with R the distance of the first one that is not chosen. With too few hits R is infinite.

    Parameters
    ----------
    positions
        In any unit of length.
    mask
        True where a slot holds a hit.
    num
        At most so many others are seen.

    Returns
    -------
    Edges
        Of all events.
    """
    itself = torch.eye(mask.shape[1], dtype=torch.bool, device=mask.device)
    apart = positions.unsqueeze(2) - positions.unsqueeze(1)
    square = apart.square().sum(-1).masked_fill(~mask.unsqueeze(1) | itself, torch.inf)
    near, slot = functional.pad(square, (0, num + 1), value=torch.inf).topk(num + 1, largest=False)
    share = (1 - near[..., :num] / near[..., num:]).nan_to_num(0.0).clamp(0, 1).square()
    chosen = (share > 0) & mask.unsqueeze(-1)
    row = mask.flatten().cumsum(0).view(mask.shape) - 1
    event, place, nth = chosen.nonzero(as_tuple=True)
    return Edges(row[event, place], row[event, slot[event, place, nth]], share[event, place, nth])
