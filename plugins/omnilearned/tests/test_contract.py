"""OmniLearned's network keeps the contract of backbones."""

from vierbein.testing.backbone import BackboneContract
from vierbein.testing.command import CommandContract


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


class TestImportOmnilearned(CommandContract):
    component = "import-omnilearned"
