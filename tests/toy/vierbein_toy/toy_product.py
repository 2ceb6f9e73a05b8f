"""The observable that a physicist would cut on."""

from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import segment_sum
from vierbein.interfaces.observable import Observable


class ToyProduct(Observable):
    """Sum over particles of x y z."""

    title, unit, citation = "sum of x y z", "1", "this repository"

    def __call__(self, events: EventBatch) -> Float[Tensor, " event"]:
        x, y, z = (events.feature(name) for name in "xyz")
        return segment_sum(x * y * z, events.offsets)
