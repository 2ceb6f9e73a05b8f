"""A small backbone."""

from collections.abc import Sequence

from torch import nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation


class ToySets(Backbone):
    """A sum over particles of a function of each.

    Parameters
    ----------
    schema
        Features that it is given.
    width
        Of the representation.
    """

    def __init__(self, schema: FeatureSchema, width: int = 32) -> None:
        super().__init__()
        self.schema, self.width = schema, width
        self.inner = nn.Sequential(
            nn.Linear(len(schema.names), width), nn.GELU(), nn.Linear(width, width), nn.GELU()
        )
        self.outer = nn.Sequential(nn.Linear(width, width), nn.GELU())

    def forward(self, events: EventBatch) -> Representation:
        padded = events.padded
        particles = self.inner(padded.features) * padded.mask.unsqueeze(-1)
        pooled = particles.sum(1) / padded.mask.sum(1, keepdim=True).clamp(min=1)
        return Representation(self.outer(pooled), particles, padded.mask)

    def blocks(self) -> Sequence[nn.Module]:
        return [self.inner, self.outer]
