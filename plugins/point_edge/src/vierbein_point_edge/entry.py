"""What particles, tokens and conditions are before the first block."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import scatter
from vierbein.events.schema import FeatureSchema
from vierbein_point_edge.errors import EventFeaturesError, NoPdgError


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
    pdg_codes
        Codes with a vector of their own; all others share one. Without any, codes are not read.
    """

    codes: Tensor

    def __init__(
        self,
        schema: FeatureSchema,
        width: int,
        embedding_width: int,
        num_tokens: int,
        pdg_codes: Sequence[int],
    ) -> None:
        super().__init__()
        self.event_names = schema.event_names
        self.features = _embedding(len(schema.names), embedding_width, width)
        conditions = len(self.event_names)
        self.events = _embedding(conditions, embedding_width, width) if conditions else None
        self.pdg = nn.Embedding(len(pdg_codes) + 1, width) if pdg_codes else None
        codes = torch.tensor(pdg_codes, dtype=torch.long)
        self.register_buffer("codes", codes, persistent=False)
        self.tokens = nn.Parameter(nn.init.trunc_normal_(torch.empty(num_tokens, width), std=0.02))

    def forward(
        self, events: EventBatch, condition: Condition | None
    ) -> tuple[Float[Tensor, "event token width"], Float[Tensor, "event slot width"]]:
        """Give tokens, one for the condition behind them if there is one, and particles."""
        if events.event_features.shape[1] != len(self.event_names):
            raise EventFeaturesError(self.event_names, events.event_features.shape[1])
        x = self.features(events.padded.features)
        if self.pdg is not None:
            x = x + self._of_codes(events)
        tokens = self.tokens.expand(x.shape[0], -1, -1)
        vector = None if self.events is None else self.events(events.event_features)
        if condition is not None:
            vector = condition.event if vector is None else vector + condition.event
            x = x + condition.particles
        if vector is None:
            return tokens, x
        return torch.cat([tokens, vector.unsqueeze(1)], dim=1), x + vector.unsqueeze(1)

    def _of_codes(self, events: EventBatch) -> Float[Tensor, "event slot width"]:
        if self.pdg is None or events.pdg is None:
            raise NoPdgError(self.codes.tolist())
        block, _ = scatter(self.pdg(self._classes(events.pdg)), events.offsets)
        return block

    def _classes(self, pdg: Int[Tensor, " particle"]) -> Int[Tensor, " particle"]:
        """Give 0 for codes without a vector of their own."""
        matches = pdg.unsqueeze(1) == self.codes
        return (matches.long().argmax(1) + 1) * matches.any(1)


def _embedding(num: int, hidden: int, width: int) -> nn.Sequential:
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # no feature is legal
        first = nn.Linear(num, hidden)
    return nn.Sequential(first, nn.GELU(), nn.LayerNorm(hidden), nn.Linear(hidden, width))
