"""The students of this plugin are quantised exactly, pruned or not, in every order."""

from typing import Any

import numpy as np
import pytest
import torch

from vierbein.fixed_point.operations import Dense
from vierbein.interfaces.compressor import Materials
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.student import StudentHead
from vierbein.testing.small_network import SCHEMA
from vierbein_compression.deep_sets import DeepSets
from vierbein_compression.edge_conv import EdgeConv
from vierbein_compression.jedi_linear import JediLinear
from vierbein_compression.mlp_mixer import MlpMixer
from vierbein_compression.prune import Prune
from vierbein_compression.quantize import Quantize

SIZE = {"num_particles": 4, "width": 6}
STUDENTS = {
    "sum": lambda: DeepSets(SCHEMA, **SIZE),
    "max": lambda: DeepSets(SCHEMA, pooling="max", **SIZE),
    "linear": lambda: JediLinear(SCHEMA, **SIZE),
    "edges": lambda: EdgeConv(SCHEMA, **SIZE),
    "mixer": lambda: MlpMixer(SCHEMA, **SIZE),
}


def student(name: str) -> Network:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        projection = Projection(SCHEMA, SCHEMA, dict.fromkeys(SCHEMA.names, (0.0, 1.0)))
        return Network(projection, STUDENTS[name](), StudentHead(6, 2))


def is_exact(network: Any, made: Any) -> bool:
    words = made.words(network)
    with torch.no_grad():
        found = network.from_words(words).double().numpy()
    return bool(np.array_equal(found, network.program().predict(words.numpy()).values))


@pytest.mark.parametrize("name", list(STUDENTS))
def test_students_are_exact(name: str, made: Any, materials: Materials) -> None:
    torch.manual_seed(0)
    assert is_exact(Quantize(steps=0).compress(student(name), materials), made)


def test_pruned_weights_stay_away(made: Any, materials: Materials) -> None:
    pruned = Prune(sparsity=0.5, rounds=1, steps=0).compress(student("sum"), materials)
    network = Quantize(steps=10, weight_bits=8).compress(pruned, materials)
    weights = [e.weight for e in network.program().operations if isinstance(e, Dense)]
    num_zero = sum(int((weight == 0).sum()) for weight in weights)
    assert num_zero >= sum(weight.size for weight in weights) // 2
    assert is_exact(network, made)


def test_pruned_afterwards(made: Any, materials: Materials) -> None:
    """Pruning a fixed network, and training it on, leaves it in the exact profile."""
    network = Quantize(steps=0, weight_bits=8).compress(student("sum"), materials)
    pruned = Prune(sparsity=0.5, rounds=1, steps=5).compress(network, materials)
    assert is_exact(pruned, made)
    again = Prune().restored(network, materials, pruned.state_dict())
    assert is_exact(again, made)
