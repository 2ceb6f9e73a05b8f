"""Networks to tune: ours, and one of torch's fused attention."""

import pytest
import torch
from torch import nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein_transformer.particle_transformer import ParticleTransformer

SCHEMA = FeatureSchema((Feature("charge"), Feature("pt"), Feature("eta")))
WIDTH = 8


class Fused(Backbone):
    """Torch's encoder layer, then its fused attention of one learned query."""

    def __init__(self, schema, width=WIDTH):
        super().__init__()
        self.schema, self.width = schema, width
        self.embedding = nn.Linear(len(schema.features), width)
        self.encoder = nn.TransformerEncoderLayer(
            width, nhead=2, dim_feedforward=16, dropout=0.0, batch_first=True
        )
        self.query = nn.Parameter(torch.randn(width))
        self.pooling = nn.MultiheadAttention(width, 2, batch_first=True)

    def forward(self, events):
        padded = events.padded
        x = self.encoder(self.embedding(padded.features), src_key_padding_mask=~padded.mask)
        x = x.masked_fill(~padded.mask.unsqueeze(-1), 0.0)
        query = self.query.expand(len(x), 1, -1)
        pooled, _ = self.pooling(query, x, x, key_padding_mask=~padded.mask, need_weights=False)
        return Representation(pooled[:, 0], x, padded.mask)

    def blocks(self):
        return [self.embedding, self.encoder, self.pooling]


class Head(nn.Linear):
    def forward(self, representation):
        return super().forward(representation.pooled)


def particle_transformer(schema):
    return ParticleTransformer(
        schema,
        width=WIDTH,
        num_heads=2,
        num_blocks=2,
        num_class_blocks=2,
        expansion=2,
        embedding_width=16,
        pair_width=4,
        num_pair_layers=2,
    )


BACKBONES = {"particle_transformer": particle_transformer, "fused": Fused}


def build(backbone, given=SCHEMA, defaults=None):
    """Make a network with fixed parameters, for events of the `given` schema."""
    torch.manual_seed(0)
    names = {*given.names, *SCHEMA.names}
    projection = Projection(given, SCHEMA, dict.fromkeys(names, (0.1, 2.0)), defaults)
    return Network(projection, BACKBONES[backbone](SCHEMA), Head(WIDTH, 3), num_spare=2).eval()


@pytest.fixture(params=sorted(BACKBONES))
def network(request):
    return build(request.param)


@pytest.fixture
def make_network():
    return build


@pytest.fixture
def events():
    rng = torch.Generator().manual_seed(0)
    momentum = 3 * torch.randn(14, 3, generator=rng)
    p4 = torch.cat([momentum.norm(dim=1, keepdim=True) + 0.1, momentum], dim=1)
    features = torch.randn(14, 3, generator=rng)
    return EventBatch(SCHEMA, p4, features, torch.tensor([0, 5, 6, 14]))
