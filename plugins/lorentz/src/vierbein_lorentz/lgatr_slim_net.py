"""The slim Lorentz-equivariant transformer, from the package lgatr."""

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Float
from lgatr import LGATrSlim
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein_lorentz.errors import demand_heads
from vierbein_lorentz.groups import Group, Grouping, by_group, groups
from vierbein_lorentz.lgatr_net import MOMENTUM_UNIT
from vierbein_lorentz.represented import represented
from vierbein_lorentz.rest_frame import METRIC, at_rest, psi
from vierbein_lorentz.scalars import ParticleScalars

GROUPING = Grouping(power=1, overhead=32, largest=512)
"""In particles: what another group costs, and what fits in cache."""


class LgatrSlimNet(Backbone):
    """Attention between four-vectors and scalars [1]_.

    The layers are those of the package lgatr. Each event is given in its rest frame, where single
    precision holds its invariants, and events of like length are computed together. Features that
    are not scalars are left out (`left_out` names them).

    Parameters
    ----------
    schema
        The features that it is given.
    width
        Length of the representation's vectors.
    num_blocks
        Blocks of attention.
    num_vectors
        Four-vectors that a particle has inside; the heads divide them.
    num_scalars
        Scalars that it has inside; the heads divide them.
    num_heads
        Attention heads.
    expansion
        Vectors and scalars in the middle of a block over those outside.
    features
        Names of the features to use; None takes all whose role is scalar. One that is not, named
        here, breaks the symmetry.
    references
        Fixed vectors whose products with each particle are known, too, and break the symmetry on
        purpose: the time axis leaves rotations, the beams leave rotations about them.

    Raises
    ------
    ChannelsError
        If the heads do not divide vectors or scalars.

    References
    ----------
    .. [1] A. Petitjean et al., "Economical Jet Taggers - Equivariant, Slim, and Quantized",
       arXiv:2512.17011.
    """

    def __init__(  # noqa: PLR0913 - every setting is a typed parameter
        self,
        schema: FeatureSchema,
        *,
        width: int = 96,
        num_blocks: int = 12,
        num_vectors: int = 32,
        num_scalars: int = 96,
        num_heads: int = 8,
        expansion: int = 2,
        features: Sequence[str] | None = None,
        references: Literal["none", "time", "beam", "both"] = "none",
    ) -> None:
        demand_heads(num_heads, num_vectors=num_vectors, num_scalars=num_scalars)
        super().__init__()
        self.schema = schema
        self.width = width
        self.scalars = ParticleScalars(schema, features, references)
        self.symmetries = self.scalars.symmetries
        self.net = LGATrSlim(
            num_blocks,
            in_v_channels=1,
            out_v_channels=1,
            hidden_v_channels=num_vectors,
            in_s_channels=self.scalars.width,
            out_s_channels=width - 1,
            hidden_s_channels=num_scalars,
            num_heads=num_heads,
            mlp_ratio=expansion,
        )

    @property
    def left_out(self) -> tuple[str, ...]:
        """Features that it is given and does not use."""
        return self.scalars.left_out

    def forward(self, events: EventBatch) -> Representation:
        """Represent a batch."""
        padded = events.padded
        rest = at_rest(padded)
        scalars, vectors = self.scalars(padded, rest.mass2), rest.p4 / MOMENTUM_UNIT
        metric = vectors.new_tensor(METRIC)

        def compute(group: Group) -> Float[Tensor, "event slot width"]:
            found, invariants = self.net(
                group.of(vectors).unsqueeze(2), group.of(scalars), **group.attention
            )
            square = (found.square() * metric).sum(-1)
            return torch.cat([invariants, psi(square)], dim=-1)

        empty = scalars.new_zeros(*padded.mask.shape, self.width)
        x = by_group(compute, groups(padded.mask, GROUPING), empty)
        return represented(x, padded.mask)

    def blocks(self) -> Sequence[nn.Module]:
        """Give the first layer, the blocks of attention and the last layer."""
        return [self.net.linear_in, *self.net.blocks, self.net.linear_out]
