"""The jet's transverse momentum."""

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.interfaces.observable import Observable
from vierbein_collider.observables.kinematics import jet_p4


class JetPt(Observable):
    """Transverse momentum of the sum of the particles that are kept."""

    title: ClassVar[str] = "jet pT"
    unit: ClassVar[str] = "GeV"
    citation: ClassVar[str] = "transverse momentum of the sum of the four-momenta"

    def __call__(self, events: EventBatch) -> Float[Tensor, " event"]:
        """Compute it in GeV."""
        p4 = jet_p4(events)
        return torch.hypot(p4[:, 1], p4[:, 2]).float()
