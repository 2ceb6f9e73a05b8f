"""Observables: physics quantities of an event, by name."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch


class Observable(ABC):
    """One number an event, with its definition's citation.

    Slices, the boosted-tree baseline and the raw OOD monitor are made of observables.
    """

    title: ClassVar[str]
    """As it stands on an axis, without the unit."""
    unit: ClassVar[str]
    """GeV, or "1" for a pure number."""
    citation: ClassVar[str]
    """Where it is defined."""

    @abstractmethod
    def __call__(self, events: EventBatch) -> Float[Tensor, " event"]:
        """Compute it; finite for every event, the empty one included."""
