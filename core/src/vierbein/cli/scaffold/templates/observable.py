from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import segment_sum
from vierbein.interfaces.observable import Observable


class Exemplar(Observable):
    """Scalar sum of the particles' transverse momenta."""

    title, unit = "sum of transverse momenta", "GeV"
    citation = "R. L. Workman et al., PTEP 2022 083C01, Kinematics"

    def __call__(self, events: EventBatch) -> Float[Tensor, " event"]:
        return segment_sum(events.p4[:, 1:3].norm(dim=1), events.offsets)
