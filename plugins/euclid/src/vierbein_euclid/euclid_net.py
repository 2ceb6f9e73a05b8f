"""The E(3)-equivariant backbone for hits in space."""

from collections.abc import Sequence

import torch
from e3nn import o3
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema, Role
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein_euclid.errors import PositionsMissingError
from vierbein_euclid.message import RANKS, Directions, Message
from vierbein_euclid.neighbours import Edges, find_edges

_TINY = 1e-12
_USUAL = 32.0
"""Hits of a usual event: sums over an event are divided by it."""


class EuclidNet(Backbone):
    """Hits in space hear their neighbours; turning, mirroring or moving the event changes nothing.

    For neutrino telescopes, liquid-argon chambers, calorimeters. Positions are the first three
    features of the role vector; features of the role scalar enter as they are. Four-momenta are not
    used, nor are per-event features.

    Parameters
    ----------
    schema
        The features that it is given.
    width
        Length of a hit's vector, and numbers of its scalars, vectors and tensors in between.
    num_messages
        Rounds of messages.
    num_neighbours
        At most so many others are heard in a round.
    num_functions
        Functions of the distance, Gaussians between 0 and `reach`.
    reach
        The largest distance that is told apart, in standard deviations of the positions.
    features
        Others that enter, too, such as those of the role detector; unless they are scalars, the
        symmetry is broken on purpose, and the backbone claims permutation alone.
    axis
        A direction that is special, such as (0, 0, 1) where light or drift makes the vertical so:
        it breaks the symmetry on purpose, too.

    Raises
    ------
    PositionsMissingError
        If there are no positions.
    UnknownFeatureError
        If a feature is named that there is not.
    """

    symmetries = frozenset({"permutation", "e3"})

    def __init__(
        self,
        schema: FeatureSchema,
        *,
        width: int = 16,
        num_messages: int = 3,
        num_neighbours: int = 8,
        num_functions: int = 8,
        reach: float = 3.0,
        features: Sequence[str] = (),
        axis: Sequence[float] = (),
    ) -> None:
        super().__init__()
        self.schema = schema
        self.width = width
        self.num_neighbours = num_neighbours
        roles = [feature.role for feature in schema.features]
        vectors = [i for i, role in enumerate(roles) if role == Role.VECTOR]
        if len(vectors) < 3:  # noqa: PLR2004 - space has three dimensions
            raise PositionsMissingError([schema.names[i] for i in vectors], schema.names)
        self._place = vectors[:3]
        breaking = [name for name in features if schema[name].role != Role.SCALAR]
        self._inputs = [
            i for i, name in enumerate(schema.names) if roles[i] == Role.SCALAR or name in breaking
        ]
        self.reach, self.num_functions = reach, num_functions
        self.entry = nn.Linear(len(self._inputs) + 1, width)
        self.messages = nn.ModuleList(Message(width, num_functions) for _ in range(num_messages))
        self.exit = nn.Sequential(
            nn.Linear(len(RANKS) * width, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.pooling = nn.Sequential(
            nn.Linear(2 * width, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.axis = tuple(axis)
        if self.axis:
            self.tilt = nn.Parameter(torch.randn(width))
        if self.axis or breaking:
            self.symmetries = frozenset({"permutation"})

    def forward(self, events: EventBatch) -> Representation:
        """Represent a batch."""
        features, mask = events.padded.features, events.padded.mask
        num = mask.sum(1, keepdim=True).clamp(min=1)
        positions = features[..., self._place]
        centre = (positions * mask.unsqueeze(-1)).sum(1, keepdim=True) / num.unsqueeze(-1)
        positions = (positions - centre)[mask]
        inputs = torch.cat([features[mask][:, self._inputs], _length(positions)], dim=1)
        edges = find_edges(features[..., self._place], mask, self.num_neighbours)
        directions = self._directions(positions, edges)
        x = self._start(self.entry(inputs))
        for message in self.messages:
            x = message(x, edges, directions)
        lengths = [x[0].squeeze(-1), *(_length(tensor).squeeze(-1) for tensor in x[1:])]
        hits = self.exit(torch.cat(lengths, dim=1))
        particles = hits.new_zeros(*mask.shape, self.width)
        particles = particles.masked_scatter(mask.unsqueeze(-1), hits)
        total = particles.sum(1)
        pooled = self.pooling(torch.cat([total / _USUAL, total / num], dim=1))
        return Representation(pooled, particles, mask)

    def blocks(self) -> Sequence[nn.Module]:
        """Give the entry, the rounds of messages, what reads them and the pooling."""
        return [self.entry, *self.messages, self.exit, self.pooling]

    def _start(self, scalars: Float[Tensor, "hit width"]) -> list[Tensor]:
        """Begin with scalars, and with the special direction where there is one."""
        x = [scalars.new_zeros(*scalars.shape, 2 * rank + 1) for rank in RANKS]
        x[0] = scalars.unsqueeze(-1)
        if self.axis:
            x[1] = x[1] + torch.outer(self.tilt, _harmonics(scalars.new_tensor([self.axis]))[1][0])
        return x

    def _directions(self, positions: Float[Tensor, "hit 3"], edges: Edges) -> Directions:
        apart = positions[edges.sender] - positions[edges.receiver]
        centres = torch.linspace(0, self.reach, self.num_functions).to(positions)
        spread = self.reach / self.num_functions
        return Directions(
            _harmonics(apart), torch.exp(-0.5 * ((_length(apart) - centres) / spread).square())
        )


def _harmonics(vectors: Float[Tensor, "row 3"]) -> Sequence[Tensor]:
    """Give spherical harmonics of directions; all but the scalar vanish where there is none."""
    everything: Tensor = o3.spherical_harmonics(list(RANKS), vectors, normalize=True)
    return [everything[:, rank**2 : (rank + 1) ** 2] for rank in RANKS]


def _length(components: Float[Tensor, "*row component"]) -> Float[Tensor, "*row 1"]:
    """Give lengths, with a gradient where they vanish."""
    return (components.square().sum(-1, keepdim=True) + _TINY).sqrt()
