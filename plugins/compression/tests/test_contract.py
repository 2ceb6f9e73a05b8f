"""Students and compressors keep the contracts of their kinds."""

import torch

from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.testing.backbone import BackboneContract
from vierbein.testing.compressor import CompressorContract
from vierbein.testing.made_task import MadeTask
from vierbein.testing.small_network import SCHEMA
from vierbein_compression.deep_sets import DeepSets


def make_student(kind, seed=0, **settings):
    """Make an untrained network around a small student."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        projection = Projection(SCHEMA, SCHEMA, dict.fromkeys(SCHEMA.names, (0.1, 2.0)))
        student = kind(SCHEMA, **{"width": 8, **settings})
        return Network(projection, student, MadeTask().head(student.width)).eval()


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
    settings = {"steps": 30, "response": 10.0, "feature": 1.0, "relation": 1.0}

    @classmethod
    def fresh(cls):
        return make_student(DeepSets)


class TestPrune(CompressorContract):
    component = "prune"
    settings = {"steps": 20, "rounds": 2}


class TestPruneStudent(CompressorContract):
    component = "prune"
    settings = {"steps": 0, "sparsity": 0.2}

    @classmethod
    def given(cls):
        return cls.fresh()


class TestPruneStructured(CompressorContract):
    component = "prune_structured"
    settings = {"steps": 20, "rounds": 2, "sparsity": 0.25}

    @classmethod
    def given(cls):
        return make_student(DeepSets)
