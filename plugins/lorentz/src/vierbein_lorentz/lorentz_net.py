"""The Lorentz-equivariant message-passing backbone."""

from collections.abc import Sequence
from typing import Literal

from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein_lorentz.groups import Group, Grouping, by_group, groups
from vierbein_lorentz.lorentz_block import LorentzBlock
from vierbein_lorentz.represented import represented
from vierbein_lorentz.rest_frame import at_rest, products
from vierbein_lorentz.scalars import ParticleScalars

GROUPING = Grouping(power=2, overhead=2_000, largest=8_192)
"""In pairs of particles: what another group costs, and what fits in cache."""


class LorentzNet(Backbone):
    """Message passing between all particles, the same in every frame.

    After the published LorentzNet [1]_, written from its equations. It differs in that each
    particle's own update is normalised where the published network normalises over the batch, and
    in that the first scalars are mass, scalar features and, where asked for, products with
    reference vectors. Features that are not scalars are left out (`left_out` names them).

    Parameters
    ----------
    schema
        The features that it is given.
    width
        Length of every particle's vector and of the messages.
    num_blocks
        Steps of message passing.
    features
        Names of the features to use; None takes all whose role is scalar. One that is not, named
        here, breaks the symmetry.
    references
        Fixed vectors whose products with each particle are known, too, and break the symmetry on
        purpose: the time axis leaves rotations, the beams leave rotations about them.

    References
    ----------
    .. [1] S. Gong et al., "An efficient Lorentz equivariant graph neural network for jet tagging",
       arXiv:2201.08187.
    """

    def __init__(
        self,
        schema: FeatureSchema,
        *,
        width: int = 72,
        num_blocks: int = 6,
        features: Sequence[str] | None = None,
        references: Literal["none", "time", "beam", "both"] = "none",
    ) -> None:
        super().__init__()
        self.schema = schema
        self.width = width
        self.scalars = ParticleScalars(schema, features, references)
        self.symmetries = self.scalars.symmetries
        self.entry = nn.Linear(self.scalars.width, width)
        self.message_blocks = nn.ModuleList(
            LorentzBlock(width, moves_vectors=i < num_blocks - 1) for i in range(num_blocks)
        )
        self.exit = nn.LayerNorm(width)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Features that it is given and does not use."""
        return self.scalars.left_out

    def forward(self, events: EventBatch) -> Representation:
        """Represent a batch."""
        padded = events.padded
        rest = at_rest(padded)
        first = self.entry(self.scalars(padded, rest.mass2))

        def compute(group: Group) -> Float[Tensor, "event slot width"]:
            h, matrix = group.of(first), products(group.of(rest.p4), group.of(rest.mass2))
            if group.mask is not None:
                matrix = matrix * (group.mask.unsqueeze(1) & group.mask.unsqueeze(2))
            for block in self.message_blocks:
                h, matrix = block(h, matrix, group.mask)
            return h

        h = by_group(compute, groups(padded.mask, GROUPING), first)
        return represented(self.exit(h), padded.mask)

    def blocks(self) -> Sequence[nn.Module]:
        """Give the entry, the steps of message passing and the exit."""
        return [self.entry, *self.message_blocks, self.exit]
