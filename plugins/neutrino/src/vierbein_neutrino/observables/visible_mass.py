"""The mass of everything that is seen."""

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import segment_sum
from vierbein.interfaces.observable import Observable


class VisibleMass(Observable):
    """Invariant mass of all particles together: of a decay in flight, that of what decayed."""

    title: ClassVar[str] = "mass of all that is seen"
    unit: ClassVar[str] = "GeV"
    citation: ClassVar[str] = "invariant mass of the sum of the four-momenta"

    def __call__(self, events: EventBatch) -> Float[Tensor, " event"]:
        """Compute it in GeV; never negative."""
        p4 = events.p4.double()
        total = torch.stack([segment_sum(p4[:, i], events.offsets) for i in range(4)], dim=1)
        return (total[:, 0] ** 2 - (total[:, 1:] ** 2).sum(1)).clamp(min=0).sqrt().float()
