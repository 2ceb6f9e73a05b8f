"""Compressors chain in any order: what comes out is sparse, narrow and exact all the same."""

from itertools import permutations

import numpy as np
import pytest
import torch

from vierbein.interfaces.fixed_point import FixedPointNetwork
from vierbein_compression.distill import Distill
from vierbein_compression.edge_conv import EdgeConv
from vierbein_compression.hidden_units import resize
from vierbein_compression.jedi_linear import JediLinear
from vierbein_compression.mlp_mixer import MlpMixer
from vierbein_compression.prune import Prune
from vierbein_compression.prune_structured import PruneStructured
from vierbein_compression.quantize import Quantize
from vierbein_compression.sparsity import matrices

MAKE = {
    "prune": Prune(sparsity=0.5, rounds=1, steps=3, learning_rate=0.01),
    "prune_structured": PruneStructured(sparsity=0.25, rounds=1, steps=3, learning_rate=0.01),
    "quantize": Quantize(steps=3),
}


def assert_exact(network, events):
    """The program computes what torch does, to the last bit."""
    assert isinstance(network, FixedPointNetwork)
    words = network.words(events)
    with torch.no_grad():
        found = network.from_words(words).numpy().astype(np.float64)
    assert np.array_equal(found, network.program().predict(words.numpy()).values)


@pytest.mark.parametrize("order", list(permutations(MAKE)), ids=",".join)
def test_any_order(order, make_student, make_events, materials):
    given, events = materials(), make_events(seed=3)
    network = again = make_student(num_particles=4)
    for name in order:
        torch.manual_seed(0)
        before, network = network, MAKE[name].compress(network, given)
        again = MAKE[name].restored(before, given, network.state_dict())
        assert torch.equal(again(events), network(events))
    assert_exact(network, events)
    assert network.backbone.body.phi[0].out_features == 6
    weights = torch.cat([each.detach().flatten() for each in matrices(network).values()])
    if order.index("prune") > order.index("prune_structured"):
        assert (weights == 0).float().mean() >= 0.5 - 0.5 / len(weights)


@pytest.mark.parametrize("kind", [EdgeConv, JediLinear, MlpMixer])
def test_every_student_becomes_exact(kind, make_student, make_events, materials):
    """A teacher's student, pruned and quantised, as a run makes it."""
    given = materials(fresh=lambda: make_student(kind, num_particles=4))
    network = make_student(seed=5)
    for compressor in (Distill(steps=3), MAKE["prune"], MAKE["quantize"]):
        torch.manual_seed(0)
        network = compressor.compress(network, given)
    assert_exact(network, make_events(seed=3))


def test_quantised_layers_are_resized_like_others(make_student, materials):
    quantised = MAKE["quantize"].compress(make_student(num_particles=4), materials())
    narrow = {name: value.clone() for name, value in quantised.state_dict().items()}
    narrow["backbone.body.phi.0.weight"] = narrow["backbone.body.phi.0.weight"][:3]
    narrow["backbone.body.phi.0.bias"] = narrow["backbone.body.phi.0.bias"][:3]
    resize(quantised, narrow)
    assert quantised.backbone.body.phi[0].out_features == 3
