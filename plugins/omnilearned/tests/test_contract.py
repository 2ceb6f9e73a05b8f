"""OmniLearned's network keeps the contract of backbones."""

from vierbein.testing.backbone import BackboneContract


class TestPet2(BackboneContract):
    component = "pet2"
    settings = {
        "width": 16,
        "num_heads": 2,
        "num_blocks": 1,
        "num_local_blocks": 1,
        "num_tokens": 2,
        "num_neighbours": 3,
    }
