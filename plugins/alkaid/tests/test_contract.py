"""The contract of backends of fixed-point networks."""

from vierbein.testing.firmware import FirmwareContract


class TestAlkaid(FirmwareContract):
    component = "alkaid"
