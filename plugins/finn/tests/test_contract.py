"""FINN keeps the contract of firmware backends, where its environment is."""

from vierbein.testing.firmware import FirmwareContract


class TestFinn(FirmwareContract):
    component = "finn"
    settings = {"rate": 1e6}
    shapes = ("sets",)
