"""The published Particle Transformer, computed without padding."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.published import PublishedNames
from vierbein_transformer.errors import HeadsError
from vierbein_transformer.feature_norm import FeatureNorm
from vierbein_transformer.packing import Packing
from vierbein_transformer.particle_transformer import Embedding
from vierbein_transformer.pooling import Pooling
from vierbein_transformer.published_blocks import PackedBlock, PublishedClassBlock
from vierbein_transformer.published_names import SPELLING, published_name
from vierbein_transformer.published_pairs import PublishedPairNetwork
from vierbein_transformer.runs import Part, pairs_of, rows_of


class PackedParticleTransformer(Backbone):
    """The published Particle Transformer [1]_: its mathematics and parameters, without padding.

    Events of equal length stand side by side, so that attention needs no mask; the pair network
    sees each pair of real particles once; in evaluation batch normalisations are part of the
    layers beside them. In training they count real particles and real pairs only. Four-momenta
    carry no gradient; per-event features are not used.

    Parameters
    ----------
    schema
        The features that it is given.
    width
        Length of every particle's vector.
    num_heads
        Attention heads; they divide the width.
    num_blocks
        Blocks of attention between particles.
    num_class_blocks
        Blocks of attention of the class vector to the particles.
    expansion
        Width of the feedforward networks' hidden layers over `width`.
    embedding_width
        Width of the layer in the middle of the network that embeds features; 0 for a single layer.
    pair_width
        Width of the hidden layers of the network that makes attention bias of pairs.
    num_pair_layers
        Hidden layers of that network.
    dropout
        Probability of losing an attention, a feature of what a particle block adds, or of its
        hidden layer.

    Raises
    ------
    HeadsError
        If the heads do not divide the width.

    References
    ----------
    .. [1] H. Qu, C. Li, S. Qian, "Particle Transformer for Jet Tagging", arXiv:2202.03772.
    """

    def __init__(  # noqa: PLR0913 - every setting is a typed parameter
        self,
        schema: FeatureSchema,
        *,
        width: int = 128,
        num_heads: int = 8,
        num_blocks: int = 8,
        num_class_blocks: int = 2,
        expansion: int = 4,
        embedding_width: int = 512,
        pair_width: int = 64,
        num_pair_layers: int = 3,
        dropout: float = 0.1,
    ) -> None:
        if width % num_heads:
            raise HeadsError(width, num_heads)
        super().__init__()
        self.schema = schema
        self.width = width
        self.entry = PublishedEntry(
            PublishedEmbedding(len(schema.features), width, embedding_width),
            PublishedPairNetwork(num_heads, pair_width, num_pair_layers),
        )
        self.particle_blocks = nn.ModuleList(
            PackedBlock(width, num_heads, expansion, dropout) for _ in range(num_blocks)
        )
        self.pooling = Pooling(
            width, lambda: PublishedClassBlock(width, num_heads, expansion), num_class_blocks
        )

    def forward(self, events: EventBatch) -> Representation:
        """Represent a batch, in the layout that it holds."""
        # Statistics of a batch are those of its real particles: training packs it in any case.
        is_packed = self.training or "p4" in events.__dict__
        packing = Packing.jagged(events) if is_packed else Packing.padded(events)
        x, parts = self.entry(packing)
        for block in self.particle_blocks:
            x = block(x, parts)
        particles = packing.block(x)
        return Representation(self.pooling(particles, packing.mask), particles, packing.mask)

    def blocks(self) -> Sequence[nn.Module]:
        """Give the entry, the particle blocks and the pooling."""
        return [self.entry, *self.particle_blocks, self.pooling]

    def published_names(self) -> PublishedNames:
        """Give weaver's names, in its first version and published configuration."""
        head = {f"linear.{name}": f"fc.0.{name}" for name in ("weight", "bias")}
        return PublishedNames({n: published_name(n) for n in self.state_dict()}, head, SPELLING)


class PublishedEmbedding(nn.Module):
    """Features of a particle -> its first vector.

    Parameters
    ----------
    num_features
        Length of the input.
    width
        Length of the output.
    middle
        Width of the layer in the middle; 0 for a single layer.
    """

    def __init__(self, num_features: int, width: int, middle: int) -> None:
        super().__init__()
        self.input_norm = FeatureNorm(num_features)
        self.norm = nn.LayerNorm(num_features)
        self.layers = Embedding(num_features, width, middle)

    def forward(self, packing: Packing) -> Float[Tensor, "*row width"]:
        """Embed the particles, part by part."""
        features = packing.features
        if self.training and len(features):
            mean, variance = features.mean(0), features.var(0, correction=0)
            scale, shift = self.input_norm.learning(mean, variance, len(features))
        else:
            scale, shift = self.input_norm.fixed()
        normed = self.norm(torch.addcmul(shift, features, scale))
        embedded = [self.layers(rows) for rows in rows_of(packing.parts, normed)]
        return torch.cat(embedded) if len(embedded) > 1 else embedded[0]


class PublishedEntry(nn.Module):
    """What particles and their pairs are before the first block.

    Parameters
    ----------
    embedding
        Makes vectors of the particles' features.
    pairs
        Makes attention bias of the pairs' interaction features.
    """

    def __init__(self, embedding: PublishedEmbedding, pairs: PublishedPairNetwork) -> None:
        super().__init__()
        self.embedding = embedding
        self.pairs = pairs

    def forward(self, packing: Packing) -> tuple[Float[Tensor, "*row width"], list[Part]]:
        """Give vectors, and parts with attention bias."""
        x = self.embedding(packing)
        runs = [run for part in packing.parts for run in part.runs]
        if not runs:
            return x, [Part(())]
        with torch.no_grad():
            pieces = zip(runs, rows_of(runs, packing.p4), strict=True)
            rows = torch.cat([run.pairs(p4) for run, p4 in pieces], dim=1).log_()
        values = iter(pairs_of(runs, self.pairs(rows)))
        return x, [
            Part(part.runs, [run.bias(next(values)) for run in part.runs]) for part in packing.parts
        ]
