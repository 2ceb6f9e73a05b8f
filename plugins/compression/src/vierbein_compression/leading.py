"""The hardest particles of each event, in an order that is always the same."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch


class Leading(NamedTuple):
    """The hardest particles of each event, and all of them together."""

    p4: Float[Tensor, "event particle 4"]
    """(E, px, py, pz) in GeV; a GeV along x in empty slots, where every feature has a value."""
    jet: Float[Tensor, "event 1 4"]
    """The sum of all particles, hard and soft; the same GeV where there is none."""
    mask: Bool[Tensor, "event particle"]
    """True where there is a particle."""


def leading(events: EventBatch, num: int) -> Leading:
    """Choose particles by transverse momentum, the hardest first.

    Of equally hard ones that with the larger momentum along the beam comes first, then that with
    the larger azimuth: calorimeters and rounded momenta have ties, and the order in which a file
    lists particles must not matter.

    Parameters
    ----------
    events
        With any number of particles.
    num
        How many slots an event has.

    Returns
    -------
    Leading
        Empty slots come last.
    """
    padded = events.padded
    short = max(0, num - padded.mask.shape[1])
    p4 = nn.functional.pad(padded.p4, (0, 0, 0, short))
    mask = nn.functional.pad(padded.mask, (0, short))
    _, px, py, pz = p4.unbind(-1)
    pt = torch.where(mask, torch.hypot(px, py), -1.0)
    order = torch.atan2(py, px).argsort(dim=1, descending=True, stable=True)
    for key in (pz, pt):
        order = order.gather(1, key.gather(1, order).argsort(dim=1, descending=True, stable=True))
    order = order[:, :num]
    mask, some = mask.gather(1, order), p4.new_tensor([1.0, 1.0, 0.0, 0.0])
    chosen = p4.gather(1, order[..., None].expand(-1, -1, 4))
    jet = p4.sum(1, keepdim=True)
    return Leading(
        torch.where(mask[..., None], chosen, some),
        torch.where(mask[:, :1, None], jet, some),
        mask,
    )
