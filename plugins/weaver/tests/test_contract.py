"""ParticleNet and weaver's Particle Transformer keep the contract of backbones."""

from vierbein.testing.backbone import BackboneContract


class TestParticleNet(BackboneContract):
    component = "particle_net"
    settings = {"num_neighbours": 3, "widths": [8, 16]}


class TestWeaverParticleTransformer(BackboneContract):
    component = "weaver_particle_transformer"
    settings = {
        "embed_widths": [16, 16],
        "pair_widths": [8],
        "num_heads": 2,
        "num_blocks": 2,
        "num_class_blocks": 1,
    }
