"""Generators: conditions -> sampled events; the backbone of generative studies."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch


class Generator(nn.Module, ABC):
    """A network that samples events."""

    @abstractmethod
    def sample(
        self, conditions: Float[Tensor, "event condition"], rng: torch.Generator
    ) -> EventBatch:
        """Sample one event for each row of conditions; the same `rng` gives the same events."""

    @abstractmethod
    def loss(self, events: EventBatch, rng: torch.Generator) -> Float[Tensor, " event"]:
        """Give each event's training loss."""

    @abstractmethod
    def blocks(self) -> Sequence[nn.Module]:
        """Its parts by depth."""
