"""What particles, tokens and conditions are before the first block."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import scatter
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.pdg_embedding import PdgEmbedding
from vierbein_point_edge.errors import EventFeaturesError


@dataclass(frozen=True)
class Condition:
    """What a backbone is told besides the events, by networks that stand around it.

    Parameters
    ----------
    event
        One vector an event: the time of a flow, or what an event is generated for.
    particles
        One vector a slot, added to the particle's first vector.
    """

    event: Float[Tensor, "event width"]
    particles: Float[Tensor, "event slot width"]


class Entry(nn.Module):
    """Features, PDG codes and per-event features -> the first vectors.

    Parameters
    ----------
    schema
        The features.
    width
        Length of the vectors.
    embedding_width
        Width of the hidden layers of embeddings.
    num_tokens
        Learned tokens.
    codes
        PDG codes with a vector of their own; 0 stands for all others. Without any, none is read.
    """

    def __init__(
        self,
        schema: FeatureSchema,
        width: int,
        embedding_width: int,
        num_tokens: int,
        codes: Sequence[int],
    ) -> None:
        super().__init__()
        self.event_names = schema.event_names
        self.features = _embedding(len(schema.names), embedding_width, width)
        conditions = len(self.event_names)
        self.events = _embedding(conditions, embedding_width, width) if conditions else None
        self.kinds = PdgEmbedding(codes, width) if codes else None
        self.tokens = nn.Parameter(nn.init.trunc_normal_(torch.empty(num_tokens, width), std=0.02))

    def forward(
        self, events: EventBatch, condition: Condition | None
    ) -> tuple[Float[Tensor, "event token width"], Float[Tensor, "event slot width"]]:
        """Give tokens, one for the condition behind them if there is one, and particles."""
        if events.event_features.shape[1] != len(self.event_names):
            raise EventFeaturesError(self.event_names, events.event_features.shape[1])
        x = self.features(events.padded.features)
        if self.kinds is not None:
            x = x + scatter(self.kinds(events), events.offsets)[0]
        tokens = self.tokens.expand(x.shape[0], -1, -1)
        vector = None if self.events is None else self.events(events.event_features)
        if condition is not None:
            vector = condition.event if vector is None else vector + condition.event
            x = x + condition.particles
        if vector is None:
            return tokens, x
        return torch.cat([tokens, vector.unsqueeze(1)], dim=1), x + vector.unsqueeze(1)


def _embedding(num: int, hidden: int, width: int) -> nn.Sequential:
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # no feature is legal
        first = nn.Linear(num, hidden)
    return nn.Sequential(first, nn.GELU(), nn.LayerNorm(hidden), nn.Linear(hidden, width))
