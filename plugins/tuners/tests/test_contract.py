"""Each tuner keeps the contract of tuners."""

from vierbein.testing.tuner import TunerContract


class TestBitFit(TunerContract):
    component = "bitfit"


class TestBottleneck(TunerContract):
    component = "bottleneck"
    settings = {"units": 2}


class TestDummyNodes(TunerContract):
    component = "dummy_nodes"


class TestFull(TunerContract):
    component = "full"


class TestGradual(TunerContract):
    component = "gradual"


class TestL2SP(TunerContract):
    component = "l2_sp"


class TestLastL(TunerContract):
    component = "last_l"
    settings = {"num_blocks": 2}


class TestLayerDecay(TunerContract):
    component = "layer_decay"


class TestLora(TunerContract):
    component = "lora"
    settings = {"rank": 2}


class TestProbe(TunerContract):
    component = "probe"


class TestReplay(TunerContract):
    component = "replay"
