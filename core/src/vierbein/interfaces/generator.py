"""Generators: conditions -> sampled events; the backbone of generative studies."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema


class Generator(nn.Module, ABC):
    """A network that samples events.

    The constructor's first parameter is `schema`, the features of the events, then its settings.
    Its conditions are their per-event features, columns as in `schema.event_features`; an event
    that is sampled carries its own. No projection stands before it: events and conditions are in
    the schema's units.
    """

    schema: FeatureSchema

    @abstractmethod
    def prepare(self, events: EventBatch) -> None:
        """Take from the events that it will learn from what no step learns: their scales.

        Called once, before training; what is taken travels as buffers.
        """

    @abstractmethod
    def sample(
        self, conditions: Float[Tensor, "event condition"], rng: torch.Generator
    ) -> EventBatch:
        """Sample one event for each row of conditions; the same `rng` gives the same events."""

    @abstractmethod
    def loss(self, events: EventBatch, rng: torch.Generator) -> Float[Tensor, " event"]:
        """Give each event's training loss; the same `rng` gives the same loss."""

    @abstractmethod
    def blocks(self) -> Sequence[nn.Module]:
        """Its parts by depth."""
