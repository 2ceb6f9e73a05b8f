"""The jet's pT-weighted radius."""

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import segment_sum
from vierbein.interfaces.observable import Observable
from vierbein_collider.observables.kinematics import jet_cloud, pt_fractions


class Girth(Observable):
    """Mean distance of the particles from the jet's axis, weighted by pT."""

    title: ClassVar[str] = "girth"
    unit: ClassVar[str] = "1"
    citation: ClassVar[str] = "J. Gallicchio, M. Schwartz, arXiv:1106.3076"

    def __call__(self, events: EventBatch) -> Float[Tensor, " event"]:
        """Compute it."""
        cloud = jet_cloud(events)
        distance = torch.hypot(cloud.deta, cloud.dphi)
        return segment_sum(pt_fractions(cloud, events) * distance, events.offsets).float()
