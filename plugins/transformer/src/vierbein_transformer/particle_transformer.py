"""The Particle Transformer backbone."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch, Padded
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein_transformer.errors import HeadsError
from vierbein_transformer.pairs import PairNetwork
from vierbein_transformer.particle_block import ParticleBlock
from vierbein_transformer.pooling import ClassBlock, Pooling


class ParticleTransformer(Backbone):
    """Attention between particles, biased by the physics of their pairs.

    After the published Particle Transformer [1]_, with two differences: features come standardised
    by the projection, and there is no batch normalisation, which would count empty slots. Per-event
    features are not used.

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
        Hidden layers of that network; with none it is linear in the interaction features.
    inner_norms
        Whether attention and feedforward networks have normalisations inside, too, as published;
        without, they are faster.
    dropout
        Probability of losing a feature of what a particle block adds.

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
        inner_norms: bool = True,
        dropout: float = 0.0,
    ) -> None:
        if width % num_heads:
            raise HeadsError(width, num_heads)
        super().__init__()
        self.schema = schema
        self.width = width
        self.entry = Entry(
            Embedding(len(schema.features), width, embedding_width),
            PairNetwork(num_heads, pair_width, num_pair_layers),
        )
        self.particle_blocks = nn.ModuleList(
            ParticleBlock(width, num_heads, expansion, dropout, inner_norms=inner_norms)
            for _ in range(num_blocks)
        )
        self.pooling = Pooling(
            width,
            lambda: ClassBlock(width, num_heads, expansion, inner_norms=inner_norms),
            num_class_blocks,
        )

    def forward(self, events: EventBatch) -> Representation:
        """Represent a batch."""
        mask = events.padded.mask
        x, bias = self.entry(events.padded)
        for block in self.particle_blocks:
            x = block(x, bias)
        return Representation(self.pooling(x, mask), x * mask.unsqueeze(-1), mask)

    def blocks(self) -> Sequence[nn.Module]:
        """Give the entry, the particle blocks and the pooling."""
        return [self.entry, *self.particle_blocks, self.pooling]


class Embedding(nn.Sequential):
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
        layers = [nn.Linear(num_features, width), nn.GELU()]
        if middle:
            layers += [nn.LayerNorm(width), nn.Linear(width, middle), nn.GELU()]
            layers += [nn.LayerNorm(middle), nn.Linear(middle, width), nn.GELU()]
        super().__init__(*layers)


class Entry(nn.Module):
    """What particles and their pairs are before the first block.

    Parameters
    ----------
    embedding
        Makes vectors of the particles' features.
    pairs
        Makes attention bias of the pairs' four-momenta.
    """

    def __init__(self, embedding: Embedding, pairs: PairNetwork) -> None:
        super().__init__()
        self.embedding = embedding
        self.pairs = pairs

    def forward(
        self, padded: Padded
    ) -> tuple[Float[Tensor, "event slot width"], Float[Tensor, "head event slot slot"]]:
        """Give vectors and attention bias."""
        return self.embedding(padded.features), self.pairs(padded.p4, padded.mask)
