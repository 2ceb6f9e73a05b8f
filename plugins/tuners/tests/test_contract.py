"""Each tuner keeps the contract of tuners."""

from vierbein.testing.tuner import TunerContract


class TestBitFit(TunerContract):
    component = "bitfit"


class TestFull(TunerContract):
    component = "full"


class TestLastL(TunerContract):
    component = "last_l"
    settings = {"num_blocks": 2}


class TestLora(TunerContract):
    component = "lora"
    settings = {"rank": 2}


class TestProbe(TunerContract):
    component = "probe"
