"""Layers become narrower, and dead units go first."""

import pytest
import torch

from vierbein.testing.small_network import small_network
from vierbein_compression.deep_sets import DeepSets
from vierbein_compression.edge_conv import EdgeConv
from vierbein_compression.jedi_linear import JediLinear
from vierbein_compression.mlp_mixer import MlpMixer
from vierbein_compression.prune_errors import NoHiddenUnitsError
from vierbein_compression.prune_structured import PruneStructured

MADE_BY = {
    DeepSets: (["phi.0"], ["phi.2"], ["rho.0"]),
    EdgeConv: (["receiver", "sender"], ["edges.0"], ["rho.0"]),
    JediLinear: (
        ["interactions.0.each", "interactions.0.everyone"],
        ["interactions.1.each", "interactions.1.everyone"],
        ["rho.0"],
    ),
    MlpMixer: (["rho.0"],),
}
"""Of each body of two layers: which layers make each kind of hidden units."""


def kill(network, names, units):
    """Let some units say nothing."""
    with torch.no_grad():
        for name in names:
            layer = network.backbone.body.get_submodule(name)
            layer.weight[units] = 0.0
            if layer.bias is not None:
                layer.bias[units] = 0.0


@pytest.mark.parametrize("kind", MADE_BY)
def test_dead_units_are_taken_and_nothing_changes(kind, make_student, make_events, materials):
    given, events = make_student(kind, num_particles=4), make_events()
    for names in MADE_BY[kind]:
        kill(given, names, [1, 5])
    made = PruneStructured(sparsity=0.25, rounds=1, steps=0).compress(given, materials())
    assert torch.allclose(made(events), given(events), atol=1e-6)
    narrow = {name for names in MADE_BY[kind] for name in names}
    for name, layer in made.backbone.body.named_modules():
        if isinstance(layer, torch.nn.Linear):
            before = given.backbone.body.get_submodule(name).out_features
            assert layer.out_features == (6 if name in narrow else before), name


def test_one_unit_is_left_at_least(make_student, make_events, materials):
    made = PruneStructured(sparsity=0.99, rounds=2, steps=4).compress(make_student(), materials())
    assert [layer.out_features for layer in made.backbone.body.phi[::2]] == [1, 1]
    assert made.backbone.body.rho[-2].out_features == made.backbone.width == 8
    assert made(make_events()).isfinite().all()


def test_only_students_have_hidden_units_that_can_go(materials):
    with pytest.raises(NoHiddenUnitsError, match="no student"):
        PruneStructured().compress(small_network(), materials())


def test_a_mixer_of_one_layer_has_none(make_student, materials):
    with pytest.raises(NoHiddenUnitsError, match="MlpMixer"):
        PruneStructured().compress(make_student(MlpMixer, depth=1), materials())
