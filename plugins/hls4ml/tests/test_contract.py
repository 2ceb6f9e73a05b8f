"""hls4ml keeps the contract of hardware backends, and of those of fixed-point networks."""

from vierbein.testing.firmware import FirmwareContract


class TestHls4ml(FirmwareContract):
    component = "hls4ml"
