"""Events from noise, on the backbone of the point-edge transformer."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from vierbein.events.batch import EventBatch, Padded
from vierbein.events.jagged import scatter
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Representation
from vierbein.interfaces.generator import Generator
from vierbein_point_edge.entry import Condition
from vierbein_point_edge.errors import TooManyParticlesError, UnknownConditionError
from vierbein_point_edge.flow import Guide, Outlet
from vierbein_point_edge.point_edge_transformer import PointEdgeTransformer
from vierbein_point_edge.state import NUM_KINEMATICS, from_p4, to_p4

_REACH = 8.0
"""Standard deviations to which particles are kept, so that momenta are finite."""
_EVENTS_AT_ONCE = 1000


class PointEdgeGenerator(Generator):
    """Carries normal noise to particles along straight lines: flow matching.

    The multiplicity is drawn from learned probabilities, or read from a condition; then the
    particles' ln pT, eta, phi, ln m and features flow from noise to events. Features are
    columns of their own: one that is a function of four-momenta agrees with them as far as it is
    learned, and one of whole numbers is not rounded.

    Parameters
    ----------
    schema
        Features of the events; per-event features are the conditions.
    width
        Length of every particle's vector.
    num_heads
        Attention heads; they divide the width.
    num_blocks
        Blocks of attention.
    num_local_blocks
        Blocks of edges before them.
    num_neighbours
        Nearest particles that each has edges to.
    num_tokens
        Learned tokens that attend along with the particles.
    expansion
        Width of the feedforward networks' hidden layers over `width`.
    edge_width
        Width of the hidden layers on edges.
    embedding_width
        Width of the hidden layers that embed features.
    max_particles
        Largest multiplicity that can be learned.
    multiplicity
        The condition that says how many particles an event has; learned if empty.
    num_steps
        Of the midpoint rule that solves the flow's equation; each needs the backbone twice.

    Raises
    ------
    HeadsError
        If the heads do not divide the width.
    UnknownConditionError
        If the multiplicity is to be read from what is no condition.

    References
    ----------
    .. [1] Y. Lipman et al., "Flow Matching for Generative Modeling", arXiv:2210.02747.
    .. [2] V. Mikuni, B. Nachman, arXiv:2404.16091: one backbone that classifies and generates.
    """

    mean: Tensor
    scale: Tensor
    condition_mean: Tensor
    condition_scale: Tensor

    def __init__(  # noqa: PLR0913 - every setting is a typed parameter
        self,
        schema: FeatureSchema,
        *,
        width: int = 128,
        num_heads: int = 8,
        num_blocks: int = 8,
        num_local_blocks: int = 1,
        num_neighbours: int = 10,
        num_tokens: int = 4,
        expansion: int = 2,
        edge_width: int = 64,
        embedding_width: int = 256,
        max_particles: int = 128,
        multiplicity: str = "",
        num_steps: int = 20,
    ) -> None:
        if multiplicity and multiplicity not in schema.event_names:
            raise UnknownConditionError(multiplicity, schema.event_names)
        super().__init__()
        self.schema = schema
        self.max_particles = max_particles
        self.multiplicity = schema.event_names.index(multiplicity) if multiplicity else None
        self.num_steps = num_steps
        self.backbone = PointEdgeTransformer(
            schema,
            width=width,
            num_heads=num_heads,
            num_blocks=num_blocks,
            num_local_blocks=num_local_blocks,
            num_neighbours=num_neighbours,
            num_tokens=num_tokens,
            expansion=expansion,
            edge_width=edge_width,
            embedding_width=embedding_width,
        )
        num_columns = NUM_KINEMATICS + len(schema.names)
        self.guide = Guide(num_columns, width)
        self.outlet = Outlet(width, num_columns, 0 if multiplicity else max_particles + 1)
        for name, num in (("", num_columns), ("condition_", len(schema.event_names))):
            self.register_buffer(f"{name}mean", torch.zeros(num))
            self.register_buffer(f"{name}scale", torch.ones(num))

    def prepare(self, events: EventBatch) -> None:
        """Take means and standard deviations of particles and conditions."""
        for name, columns in (("", _points(events)), ("condition_", events.event_features)):
            mean = columns.mean(0)
            std = (columns - mean).square().mean(0).sqrt()
            getattr(self, f"{name}mean").copy_(mean)
            getattr(self, f"{name}scale").copy_(torch.where(std > 0, std, 1.0))

    def loss(self, events: EventBatch, rng: torch.Generator) -> Float[Tensor, " event"]:
        """Give the squared error of the velocity, and the multiplicity's cross entropy in nats."""
        conditions, num = self._standard(events.event_features), events.num_particles
        points, mask = scatter((_points(events) - self.mean) / self.scale, events.offsets)
        noise, time = _normal(points.shape, rng, points), torch.rand(len(events), generator=rng)
        time = time.to(points)
        at = torch.lerp(noise, points, time.view(-1, 1, 1))
        error = (self._velocity(at, time, mask, conditions) - (points - noise)).square().mean(2)
        loss = (error * mask).sum(1) / num.clamp(min=1)
        if self.multiplicity is not None:
            return loss
        if int(num.max()) > self.max_particles:
            raise TooManyParticlesError(int(num.max()), self.max_particles)
        chances = self._log_chances(conditions)
        return loss - chances.gather(1, num.unsqueeze(1)).squeeze(1)

    @torch.no_grad()
    def sample(
        self, conditions: Float[Tensor, "event condition"], rng: torch.Generator
    ) -> EventBatch:
        """Draw the multiplicities, then solve the flow's equation from noise on."""
        parts = [self._sample(part, rng) for part in torch.split(conditions, _EVENTS_AT_ONCE)]
        points, num = (torch.cat(column) for column in zip(*parts, strict=True))
        columns = points * self.scale + self.mean
        return EventBatch(
            self.schema,
            to_p4(columns[:, :NUM_KINEMATICS]),
            columns[:, NUM_KINEMATICS:],
            torch.cat([num.new_zeros(1), num.cumsum(0)]),
            event_features=conditions,
        )

    def blocks(self) -> Sequence[nn.Module]:
        """Give the guide, the backbone's blocks and the outlet."""
        return [self.guide, *self.backbone.blocks(), self.outlet]

    def _sample(
        self, conditions: Float[Tensor, "event condition"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "particle column"], Int[Tensor, " event"]]:
        num = self._multiplicities(conditions, rng)
        conditions = self._standard(conditions)
        mask = torch.arange(max(int(num.max()), 1), device=num.device) < num.unsqueeze(1)
        points = _normal((*mask.shape, len(self.mean)), rng, self.mean)
        step = 1 / self.num_steps
        for i in range(self.num_steps):
            time = points.new_full((len(num),), i * step)
            half = points + step / 2 * self._velocity(points, time, mask, conditions)
            points = points + step * self._velocity(half, time + step / 2, mask, conditions)
        return points.clamp(-_REACH, _REACH)[mask], num

    def _multiplicities(
        self, conditions: Float[Tensor, "event condition"], rng: torch.Generator
    ) -> Int[Tensor, " event"]:
        if self.multiplicity is not None:
            return conditions[:, self.multiplicity].round().long().clamp(min=0)
        chances = self._log_chances(self._standard(conditions)).exp().cpu()
        return torch.multinomial(chances, 1, generator=rng).squeeze(1).to(conditions.device)

    def _log_chances(
        self, conditions: Float[Tensor, "event condition"]
    ) -> Float[Tensor, "event count"]:
        """Ask the backbone about an event of which nothing but its conditions is known."""
        num = len(conditions)
        points = self.mean.new_zeros(num, 1, len(self.mean))
        mask = torch.zeros(num, 1, dtype=torch.bool, device=points.device)
        return self.outlet.log_chances(self._represent(points, mask, conditions, None))

    def _velocity(
        self,
        points: Float[Tensor, "event slot column"],
        time: Float[Tensor, " event"],
        mask: Bool[Tensor, "event slot"],
        conditions: Float[Tensor, "event condition"],
    ) -> Float[Tensor, "event slot column"]:
        condition = self.guide(points, time)
        velocity: Tensor = self.outlet(self._represent(points, mask, conditions, condition))
        return velocity

    def _represent(
        self,
        points: Float[Tensor, "event slot column"],
        mask: Bool[Tensor, "event slot"],
        conditions: Float[Tensor, "event condition"],
        condition: Condition | None,
    ) -> Representation:
        """Show particles as a pretrained backbone knows them: momenta in GeV, features scaled.

        What empty slots hold is masked by the backbone.
        """
        near = points.clamp(-_REACH, _REACH) * self.scale + self.mean
        padded = Padded(to_p4(near[..., :NUM_KINEMATICS]), points[..., NUM_KINEMATICS:], mask)
        events = EventBatch.from_padded(self.schema, padded, conditions)
        found: Representation = self.backbone(events, condition)
        return found

    def _standard(
        self, conditions: Float[Tensor, "event condition"]
    ) -> Float[Tensor, "event condition"]:
        return (conditions - self.condition_mean) / self.condition_scale


def _points(events: EventBatch) -> Float[Tensor, "particle column"]:
    return torch.cat([from_p4(events.p4), events.features], dim=1)


def _normal(shape: Sequence[int], rng: torch.Generator, like: Tensor) -> Tensor:
    return torch.randn(shape, generator=rng, device=rng.device).to(like)
