from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import segment_sum
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.generator import Generator


class Exemplar(Generator):
    """Draws massless particles: their number from a Poisson, the rest from a normal distribution.

    The parameters of both are linear in the events' conditions, which are its per-event features.
    """

    def __init__(self, schema: FeatureSchema) -> None:
        super().__init__()
        self.schema = schema
        num_conditions = len(schema.event_names)
        self.log_rate = nn.Linear(num_conditions, 1)
        self.shape = nn.Linear(num_conditions, 2 * (3 + len(schema.names)))

    def prepare(self, events: EventBatch) -> None:
        with torch.no_grad():  # start at the multiplicity that the events have
            mean = events.num_particles.float().mean().clamp(min=0.1)
            self.log_rate.bias.copy_(mean.log())

    def sample(
        self, conditions: Float[Tensor, "event condition"], rng: torch.Generator
    ) -> EventBatch:
        with torch.no_grad():
            lengths = torch.poisson(self.log_rate(conditions).squeeze(1).exp(), rng).long()
            mean, log_std = self._shapes(conditions, lengths)
            noise = torch.randn(mean.shape, generator=rng, dtype=mean.dtype)
            momenta, features = (mean + log_std.exp() * noise).tensor_split([3], dim=1)
        p4 = torch.cat([momenta.norm(dim=1, keepdim=True), momenta], dim=1)
        offsets = torch.cat([lengths.new_zeros(1), lengths.cumsum(0)])
        return EventBatch(self.schema, p4, features, offsets, event_features=conditions)

    def loss(self, events: EventBatch, rng: torch.Generator) -> Float[Tensor, " event"]:
        lengths, log_rate = events.num_particles, self.log_rate(events.event_features).squeeze(1)
        mean, log_std = self._shapes(events.event_features, lengths)
        pulls = (torch.cat([events.p4[:, 1:], events.features], dim=1) - mean) / log_std.exp()
        of_particles = segment_sum((pulls.square() / 2 + log_std).sum(1), events.offsets)
        loss: Tensor = log_rate.exp() - lengths * log_rate + of_particles
        return loss

    def blocks(self) -> list[nn.Module]:
        return [self.log_rate, self.shape]

    def _shapes(self, conditions: Tensor, lengths: Tensor) -> Any:
        return self.shape(conditions).repeat_interleave(lengths, dim=0).chunk(2, dim=1)
