"""The Lorentz-equivariant geometric-algebra transformer, from the package lgatr."""

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Float
from lgatr import LGATr, MLPConfig, SelfAttentionConfig, embed_scalar, embed_vector, extract_scalar
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein_lorentz.errors import demand_heads
from vierbein_lorentz.groups import Group, Grouping, by_group, groups
from vierbein_lorentz.represented import represented
from vierbein_lorentz.rest_frame import at_rest
from vierbein_lorentz.scalars import ParticleScalars

GROUPING = Grouping(power=1, overhead=32, largest=256)
"""In particles: what another group costs, and what fits in cache."""
MOMENTUM_UNIT = 5.0
"""In GeV: momenta of a jet's particles in its rest frame are near it."""


class LgatrNet(Backbone):
    """Attention between multivectors: scalars, vectors, planes and their duals [1]_ [2]_.

    The layers are those of the package lgatr. Each event is given in its rest frame, where single
    precision holds its invariants, and events of like length are computed together. Features that
    are not scalars are left out (`left_out` names them). Reflections change the answer.

    Parameters
    ----------
    schema
        The features that it is given.
    width
        Length of the representation's vectors.
    num_blocks
        Blocks of attention.
    num_multivectors
        Multivectors that a particle has inside; the heads divide them.
    num_scalars
        Scalars that it has inside; the heads divide them.
    num_heads
        Attention heads.
    expansion
        Multivectors and scalars in the middle of a block over those outside.
    features
        Names of the features to use; None takes all whose role is scalar. One that is not, named
        here, breaks the symmetry.
    references
        Fixed vectors whose products with each particle are known, too, and break the symmetry on
        purpose: the time axis leaves rotations, the beams leave rotations about them.

    Raises
    ------
    ChannelsError
        If the heads do not divide multivectors or scalars.

    References
    ----------
    .. [1] J. Spinner et al., "Lorentz-Equivariant Geometric Algebra Transformers for High-Energy
       Physics", arXiv:2405.14806.
    .. [2] J. Brehmer et al., "A Lorentz-Equivariant Transformer for All of the LHC",
       arXiv:2411.00446.
    """

    def __init__(  # noqa: PLR0913 - every setting is a typed parameter
        self,
        schema: FeatureSchema,
        *,
        width: int = 64,
        num_blocks: int = 12,
        num_multivectors: int = 16,
        num_scalars: int = 32,
        num_heads: int = 8,
        expansion: int = 4,
        features: Sequence[str] | None = None,
        references: Literal["none", "time", "beam", "both"] = "none",
    ) -> None:
        demand_heads(num_heads, num_multivectors=num_multivectors, num_scalars=num_scalars)
        super().__init__()
        self.schema = schema
        self.width = width
        self.scalars = ParticleScalars(schema, features, references)
        self.symmetries = self.scalars.symmetries
        self.net = LGATr(
            num_blocks,
            in_mv_channels=1,
            out_mv_channels=1,
            hidden_mv_channels=num_multivectors,
            in_s_channels=self.scalars.width,
            out_s_channels=width - 1,
            hidden_s_channels=num_scalars,
            attention=SelfAttentionConfig(num_heads=num_heads),
            mlp=MLPConfig(mlp_ratio=expansion),
        )

    @property
    def left_out(self) -> tuple[str, ...]:
        """Features that it is given and does not use."""
        return self.scalars.left_out

    def forward(self, events: EventBatch) -> Representation:
        """Represent a batch."""
        padded = events.padded
        rest = at_rest(padded)
        scalars = self.scalars(padded, rest.mass2)
        # A vector alone would leave the first layer's way from multivectors to scalars unused.
        given = embed_vector(rest.p4 / MOMENTUM_UNIT) + embed_scalar(scalars[..., :1])

        def compute(group: Group) -> Float[Tensor, "event slot width"]:
            multivectors, invariants = self.net(
                group.of(given).unsqueeze(2), group.of(scalars), **group.attention
            )
            return torch.cat([invariants, extract_scalar(multivectors)[:, :, 0]], dim=-1)

        empty = scalars.new_zeros(*padded.mask.shape, self.width)
        x = by_group(compute, groups(padded.mask, GROUPING), empty)
        return represented(x, padded.mask)

    def blocks(self) -> Sequence[nn.Module]:
        """Give the first layer, the blocks of attention and the last layer."""
        return [self.net.linear_in, *self.net.blocks, self.net.linear_out]
