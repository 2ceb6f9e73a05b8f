"""The Euclidean network keeps the contract of backbones."""

from vierbein.testing.backbone import BackboneContract


class TestEuclidNet(BackboneContract):
    component = "euclid_net"
    settings = {"width": 4, "num_messages": 2, "num_neighbours": 3, "num_functions": 4}
