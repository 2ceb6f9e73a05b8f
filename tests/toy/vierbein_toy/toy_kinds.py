"""A backbone whose input has everything that surgery meets."""

from collections.abc import Mapping, Sequence

import torch
from torch import nn

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import scatter_all
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.columns import Columns
from vierbein.interfaces.pdg_embedding import PdgEmbedding


class ToyKinds(Backbone):
    """Normalised features, features relative to the event's sums, kinds, and the whole event.

    Parameters
    ----------
    schema
        Features that it is given.
    width
        Of the representation.
    codes
        PDG codes that it tells apart.
    slope
        Of its activation: the same numbers mean something else under another.
    """

    def __init__(
        self,
        schema: FeatureSchema,
        width: int = 16,
        codes: Sequence[int] = (211, -211),
        slope: float = 0.1,
    ) -> None:
        super().__init__()
        self.schema, self.width = schema, width
        num, of_events = len(schema.names), len(schema.event_names)
        self.norm = nn.BatchNorm1d(num)
        self.entry = nn.Linear(num, width)
        self.local = nn.Linear(2 * num, width)
        self.both = nn.Linear(num + of_events, width)
        self.kinds = PdgEmbedding(codes, width)
        self.codes = self.kinds.codes
        self.inner = nn.Sequential(nn.LeakyReLU(slope), nn.Linear(width, width), nn.Tanh())
        self.outer = nn.Sequential(nn.Linear(width, width), nn.Tanh())

    def forward(self, events: EventBatch) -> Representation:
        features, offsets = events.features, events.offsets
        norm = self.norm if len(features) > 1 else self.norm.eval()  # one has no variance
        x = self.entry(norm(features))
        self.norm.train(self.training)
        (padded,), mask = scatter_all([features], offsets)
        mean = padded.sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
        relative = features - events.spread(mean)
        shared = torch.cat([features, events.spread(events.event_features)], dim=1)
        x = x + self.local(torch.cat([features, relative], dim=1)) + self.both(shared)
        (particles,), _ = scatter_all([self.inner(x + self.kinds(events))], offsets)
        return Representation(self.outer(particles.sum(1)), particles, mask)

    def blocks(self) -> Sequence[nn.Module]:
        first = nn.ModuleList([self.norm, self.entry, self.local, self.both, self.kinds])
        return [first, self.inner, self.outer]

    def columns(self) -> Mapping[str, Columns]:
        names = self.schema.names
        relative = tuple(f"relative {name}" for name in names)
        return {
            "local.weight": Columns(1, (*names, *relative)),
            "kinds.rows": self.kinds.columns,
        }
