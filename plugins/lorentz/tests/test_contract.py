"""The Lorentz-symmetric backbones keep the contract of backbones."""

from vierbein.testing.backbone import BackboneContract


class TestLorentzNet(BackboneContract):
    component = "lorentz_net"
    settings = {"width": 16, "num_blocks": 2}


class TestLorentzNetWithReferences(BackboneContract):
    component = "lorentz_net"
    settings = {"width": 16, "num_blocks": 2, "references": "time"}


class TestLgatrNet(BackboneContract):
    component = "lgatr_net"
    settings = {
        "width": 12,
        "num_blocks": 2,
        "num_multivectors": 4,
        "num_scalars": 8,
        "num_heads": 2,
        "expansion": 2,
    }


class TestLgatrSlimNet(BackboneContract):
    component = "lgatr_slim_net"
    settings = {
        "width": 12,
        "num_blocks": 2,
        "num_vectors": 4,
        "num_scalars": 8,
        "num_heads": 2,
    }


class TestLgatrSlimNetWithReferences(BackboneContract):
    component = "lgatr_slim_net"
    settings = {**TestLgatrSlimNet.settings, "references": "beam"}
