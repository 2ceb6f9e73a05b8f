"""The CPU keeps the contract of hardware backends."""

from vierbein.testing.hardware import HardwareContract


class TestCpu(HardwareContract):
    component = "cpu"
    settings = {"batch_size": 2}
