"""How unevenly the particles share the jet's pT."""

from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import segment_sum
from vierbein.interfaces.observable import Observable
from vierbein_collider.observables.kinematics import jet_cloud, pt_fractions


class PtDispersion(Observable):
    """Square root of the sum of squared pT fractions: 1 for a single particle."""

    title: ClassVar[str] = "pT dispersion"
    unit: ClassVar[str] = "1"
    citation: ClassVar[str] = "CMS Collaboration, arXiv:1202.1416"

    def __call__(self, events: EventBatch) -> Float[Tensor, " event"]:
        """Compute it."""
        fractions = pt_fractions(jet_cloud(events), events)
        return segment_sum(fractions**2, events.offsets).sqrt().float()
