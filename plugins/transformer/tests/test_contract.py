"""The Particle Transformer keeps the contract of backbones."""

from vierbein.testing.backbone import BackboneContract


class TestParticleTransformer(BackboneContract):
    component = "particle_transformer"
    settings = {
        "width": 16,
        "num_heads": 2,
        "num_blocks": 2,
        "num_class_blocks": 1,
        "embedding_width": 16,
        "pair_width": 8,
        "num_pair_layers": 2,
    }


class TestPackedParticleTransformer(BackboneContract):
    component = "packed_particle_transformer"
    settings = {
        "width": 16,
        "num_heads": 2,
        "num_blocks": 2,
        "num_class_blocks": 1,
        "embedding_width": 16,
        "pair_width": 8,
        "num_pair_layers": 2,
    }
