"""What is missing across the beam."""

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import segment_sum
from vierbein.interfaces.observable import Observable


class TransverseImbalance(Observable):
    """Size of the sum of all momenta across the beam, which flies along z."""

    title: ClassVar[str] = "transverse momentum imbalance"
    unit: ClassVar[str] = "GeV"
    citation: ClassVar[str] = "X.-G. Lu et al., arXiv:1512.05748"

    def __call__(self, events: EventBatch) -> Float[Tensor, " event"]:
        """Compute it in GeV."""
        p4 = events.p4.double()
        x, y = (segment_sum(p4[:, axis], events.offsets) for axis in (1, 2))
        return torch.hypot(x, y).float()
