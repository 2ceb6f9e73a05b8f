"""The CPU's backends keep the contract of hardware backends."""

from vierbein.testing.firmware import FirmwareContract
from vierbein.testing.hardware import HardwareContract


class TestCpu(HardwareContract):
    component = "cpu"
    settings = {"batch_size": 2}


class TestGeneratedC(FirmwareContract):
    component = "generated_c"
    settings = {"batch_size": 2}
