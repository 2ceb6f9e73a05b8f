"""The point-edge transformer backbone."""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.columns import Columns
from vierbein_point_edge.attention_block import AttentionBlock
from vierbein_point_edge.entry import Condition, Entry
from vierbein_point_edge.errors import HeadsError
from vierbein_point_edge.local_block import LocalBlock
from vierbein_point_edge.neighbours import nearest


class PointEdgeTransformer(Backbone):
    """Edges from each particle to its nearest, then attention among particles and learned tokens.

    In the shape of the published small backbone [1]_ [2]_, with parameters of its own: an explicit
    mask, neighbours on the circle of azimuth that fade with distance, any number of particles.

    Parameters
    ----------
    schema
        The features that it is given; per-event features are conditions.
    width
        Length of every particle's vector.
    num_heads
        Attention heads; they divide the width.
    num_blocks
        Blocks of attention.
    num_local_blocks
        Blocks of edges before them.
    num_neighbours
        Nearest particles in pseudorapidity and azimuth that each has edges to.
    num_tokens
        Learned tokens that attend along with the particles; pooled are they.
    expansion
        Width of the feedforward networks' hidden layers over `width`.
    edge_width
        Width of the hidden layers on edges.
    embedding_width
        Width of the hidden layers that embed features.
    codes
        PDG codes with a vector of their own; 0 stands for all others. Without any, none is read.
    dropout
        Probability of losing a feature of what an attention block adds.

    Raises
    ------
    HeadsError
        If the heads do not divide the width.

    References
    ----------
    .. [1] V. Mikuni, B. Nachman, "OmniLearn", arXiv:2404.16091.
    .. [2] W. Bhimji, C. Harris, V. Mikuni, B. Nachman, "OmniLearned", arXiv:2510.24066.
    """

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
        codes: Sequence[int] = (),
        dropout: float = 0.0,
    ) -> None:
        if width % num_heads:
            raise HeadsError(width, num_heads)
        super().__init__()
        self.schema = schema
        self.width = width
        self.num_neighbours = num_neighbours
        self.codes = tuple(codes)
        self.entry = Entry(schema, width, embedding_width, num_tokens, codes)
        self.local_blocks = nn.ModuleList(
            LocalBlock(width, edge_width) for _ in range(num_local_blocks)
        )
        self.attention_blocks = nn.ModuleList(
            AttentionBlock(width, num_heads, expansion, dropout) for _ in range(num_blocks)
        )
        self.pooling = Pooling(width, num_tokens)

    def forward(self, events: EventBatch, condition: Condition | None = None) -> Representation:
        """Represent a batch, under a condition where a network around it gives one."""
        mask = events.padded.mask
        tokens, x = self.entry(events, condition)
        edges = nearest(events.padded.p4, mask, self.num_neighbours)
        for block in self.local_blocks:
            x = block(x, edges)
        num_tokens = tokens.shape[1]
        is_there = nn.functional.pad(mask, (num_tokens, 0), value=True)[:, None, None]
        x = torch.cat([tokens, x], dim=1)
        for block in self.attention_blocks:
            x = block(x, is_there)
        pooled, particles = self.pooling(x, mask)
        return Representation(pooled, particles, mask)

    def blocks(self) -> Sequence[nn.Module]:
        """Give the entry, the blocks of edges, those of attention and the pooling."""
        return [self.entry, *self.local_blocks, *self.attention_blocks, self.pooling]

    def columns(self) -> Mapping[str, Columns]:
        """Say which rows are whose PDG code, so that a base can be given more of them."""
        kinds = self.entry.kinds
        return {} if kinds is None else {"entry.kinds.rows": kinds.columns}


class Pooling(nn.Module):
    """Tokens side by side -> one vector an event.

    Parameters
    ----------
    width
        Of every vector.
    num_tokens
        Learned tokens, which come first.
    """

    def __init__(self, width: int, num_tokens: int) -> None:
        super().__init__()
        self.num_tokens = num_tokens
        self.norm = nn.LayerNorm(width)
        self.linear = nn.Linear(num_tokens * width, width)

    def forward(
        self, x: Float[Tensor, "event place width"], mask: Bool[Tensor, "event slot"]
    ) -> tuple[Float[Tensor, "event width"], Float[Tensor, "event slot width"]]:
        """Give the pooled vector, and the particles with zeros in empty slots."""
        x = self.norm(x)
        particles = x[:, x.shape[1] - mask.shape[1] :] * mask.unsqueeze(-1)
        return self.linear(x[:, : self.num_tokens].flatten(1)), particles
