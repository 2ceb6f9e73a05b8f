"""How many particles a jet has."""

from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.interfaces.observable import Observable


class Multiplicity(Observable):
    """Number of particles that are kept."""

    title: ClassVar[str] = "number of particles"
    unit: ClassVar[str] = "1"
    citation: ClassVar[str] = "J. Gallicchio, M. Schwartz, arXiv:1106.3076"

    def __call__(self, events: EventBatch) -> Float[Tensor, " event"]:
        """Compute it."""
        return events.num_particles.to(events.p4.dtype)
