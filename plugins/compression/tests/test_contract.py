"""Students and compressors keep the contracts of their kinds."""

from vierbein.testing.backbone import BackboneContract
from vierbein.testing.compressor import CompressorContract


class TestDeepSets(BackboneContract):
    component = "deep_sets"
    settings = {"width": 8}


class TestDeepSetsMax(BackboneContract):
    component = "deep_sets"
    settings = {"width": 8, "pooling": "max", "inputs": "lorentz"}


class TestEdgeConv(BackboneContract):
    component = "edge_conv"
    settings = {"num_particles": 4, "width": 8}


class TestEdgeConvLorentz(BackboneContract):
    component = "edge_conv"
    settings = {"num_particles": 4, "width": 8, "inputs": "lorentz", "depth": 1}


class TestJediLinear(BackboneContract):
    component = "jedi_linear"
    settings = {"width": 8}


class TestJediLinearLorentz(BackboneContract):
    component = "jedi_linear"
    settings = {"width": 8, "inputs": "lorentz"}


class TestMlpMixer(BackboneContract):
    component = "mlp_mixer"
    settings = {"width": 8}


class TestMlpMixerLorentz(BackboneContract):
    component = "mlp_mixer"
    settings = {"width": 8, "inputs": "lorentz"}


class TestDistill(CompressorContract):
    component = "distill"
    settings = {"steps": 60, "response": 10.0, "feature": 1.0, "relation": 1.0}
