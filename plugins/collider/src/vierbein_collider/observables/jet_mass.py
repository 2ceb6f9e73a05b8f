"""The jet's mass."""

from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.interfaces.observable import Observable
from vierbein_collider.observables.kinematics import jet_p4


class JetMass(Observable):
    """Invariant mass of the sum of the particles that are kept; never negative."""

    title: ClassVar[str] = "jet mass"
    unit: ClassVar[str] = "GeV"
    citation: ClassVar[str] = "invariant mass of the sum of the four-momenta"

    def __call__(self, events: EventBatch) -> Float[Tensor, " event"]:
        """Compute it in GeV."""
        p4 = jet_p4(events)
        return (p4[:, 0] ** 2 - (p4[:, 1:] ** 2).sum(1)).clamp(min=0).sqrt().float()
