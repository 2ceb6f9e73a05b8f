from torch import nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation


class Exemplar(Backbone):
    """Sums a function of each particle over an event: a DeepSets (arXiv:1703.06114)."""

    def __init__(self, schema: FeatureSchema) -> None:
        super().__init__()
        self.schema, self.width = schema, 32
        self.inner = nn.Sequential(nn.Linear(len(schema.names), self.width), nn.GELU())
        self.outer = nn.Linear(self.width, self.width)

    def forward(self, events: EventBatch) -> Representation:
        particles = self.inner(events.padded.features) * events.padded.mask.unsqueeze(-1)
        return Representation(self.outer(particles.sum(1)), particles, events.padded.mask)

    def blocks(self) -> list[nn.Module]:
        return [self.inner, self.outer]
