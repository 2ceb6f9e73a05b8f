"""Whether a jet has two prongs rather than one."""

from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.interfaces.observable import Observable
from vierbein_collider.observables.correlators import correlators

_TINY = 1e-12


class D2(Observable):
    """Ratio ``e3 / e2^3`` with an angular exponent of 1; 0 for fewer than three particles."""

    title: ClassVar[str] = "D2"
    unit: ClassVar[str] = "1"
    citation: ClassVar[str] = "A. Larkoski, I. Moult, D. Neill, arXiv:1409.6298"

    def __call__(self, events: EventBatch) -> Float[Tensor, " event"]:
        """Compute it."""
        two, three = correlators(events)
        return (three / (two**3).clamp(min=_TINY)).float()
