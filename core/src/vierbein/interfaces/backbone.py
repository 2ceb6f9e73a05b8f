"""Backbones: events -> a representation."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jaxtyping import Bool, Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.columns import Columns
from vierbein.interfaces.published import PublishedNames


@dataclass(frozen=True)
class Representation:
    """What a backbone makes of a batch.

    Parameters
    ----------
    pooled
        One vector an event.
    particles
        One vector a slot; zero in empty slots.
    mask
        True where a slot holds a real particle.
    """

    pooled: Float[Tensor, "event width"]
    particles: Float[Tensor, "event slot width"]
    mask: Bool[Tensor, "event slot"]


class Backbone(nn.Module, ABC):
    """A pretrainable encoder of events.

    The constructor's first parameter is `schema`, the features that it is given (already
    standardised and joined by name), then its settings. Padding, the order of a batch and the other
    events in it never change an event's representation; an event without particles has a finite
    one.
    """

    symmetries: frozenset[str] = frozenset({"permutation"})
    """What the backbone claims; the contract suite measures it. A constructor whose settings break
    or restore a symmetry sets it for its instance."""

    schema: FeatureSchema
    width: int
    """Length of a representation's vectors."""
    codes: tuple[int, ...] = ()
    """PDG codes that it tells apart, where it reads them (see `PdgEmbedding`)."""

    @abstractmethod
    def forward(self, events: EventBatch) -> Representation:
        """Represent a batch."""

    @abstractmethod
    def blocks(self) -> Sequence[nn.Module]:
        """Its parts by depth, from the input on: for depth sweeps, freezing and tuners."""

    def columns(self) -> Mapping[str, Columns]:
        """Name what the axes of its tensors run over, where their length does not say it.

        A base is expanded by these names. An axis that is as long as the schema's features, its
        event features, or both in this order, is known to run over them.
        """
        return {}

    def published_names(self) -> PublishedNames | None:
        """Say what its tensors are called in published checkpoints, where there are any.

        With it `vierbein base import` makes bases of them.
        """
        return None
