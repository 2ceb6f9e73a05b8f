"""How much pT a jet has in pairs of distant particles."""

from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.interfaces.observable import Observable
from vierbein_collider.observables.correlators import correlators


class EnergyCorrelation(Observable):
    """Two-point energy correlation function e2 with an angular exponent of 1."""

    title: ClassVar[str] = "e2"
    unit: ClassVar[str] = "1"
    citation: ClassVar[str] = "A. Larkoski, G. Salam, J. Thaler, arXiv:1305.0007"

    def __call__(self, events: EventBatch) -> Float[Tensor, " event"]:
        """Compute it."""
        two, _ = correlators(events)
        return two.float()
