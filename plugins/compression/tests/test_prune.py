"""Zeros: as many as were asked for, the smallest weights, and for good."""

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from vierbein.testing.fixed_point_network import made_fixed_point_network
from vierbein.testing.small_network import small_network
from vierbein_compression.prune import Prune
from vierbein_compression.prune_errors import UnsuitableShareError
from vierbein_compression.sparsity import matrices


def weights(network):
    return torch.cat([each.detach().flatten() for each in matrices(network).values()])


def test_no_layer_falls_silent(make_student, materials):
    """One whose weights are all smaller than all others' keeps its largest."""
    given = make_student()
    with torch.no_grad():
        given.backbone.body.phi[2].weight.mul_(1e-3)
    pruned = Prune(sparsity=0.6, rounds=1, steps=0).compress(given, materials())
    kept = pruned.backbone.body.phi[2].weight.detach().abs()
    assert int((kept != 0).sum()) == 1
    assert kept.max() == given.backbone.body.phi[2].weight.abs().max()


@pytest.mark.parametrize("sparsity", [0.0, 0.3, 0.8])
def test_sparsity_is_reached_exactly(make_student, materials, sparsity):
    pruned = Prune(sparsity=sparsity, rounds=3, steps=6).compress(make_student(), materials())
    found = weights(pruned)
    assert int((found == 0).sum()) == round(sparsity * len(found))


def test_the_smallest_of_all_layers_go(make_student, materials):
    given = make_student()
    before = weights(given).abs()
    after = weights(Prune(sparsity=0.6, rounds=1, steps=0).compress(given, materials()))
    largest = torch.stack([each.detach().abs().max() for each in matrices(given).values()])
    kept = before[(after != 0) & ~torch.isin(before, largest)]
    assert before[after == 0].max() <= kept.min()
    assert torch.equal(after[after != 0].abs(), before[after != 0])


def test_sparsity_rises_fast_and_then_slowly():
    """1 - (1 - t)^3 of the final one: 1/4, 1/2, 3/4 and all of the way."""
    found = Prune(sparsity=0.64, rounds=4).sparsities
    assert found == pytest.approx([0.64 * (1 - left**3) for left in (0.75, 0.5, 0.25, 0)])


def test_zeros_survive_another_training(make_student, materials):
    """A second pruning that asks for no more trains what is left alone."""
    once = Prune(sparsity=0.5, rounds=1, steps=0).compress(make_student(), materials())
    twice = Prune(sparsity=0.5, rounds=1, steps=10, learning_rate=0.01).compress(once, materials())
    before, after = weights(once), weights(twice)
    assert (after[before == 0] == 0).all()
    assert not torch.equal(before, after)


def test_attention_is_pruned_too(materials):
    pruned = Prune(sparsity=0.9, rounds=1, steps=0).compress(small_network(), materials())
    assert (pruned.backbone.attention.in_proj_weight == 0).any()


def test_what_a_tuner_laid_over_a_weight_is_worked_in(make_student, make_events, materials):
    class Doubled(nn.Module):
        def forward(self, weight):
            return 2 * weight

    given = make_student()
    parametrize.register_parametrization(given.backbone.body.phi[0], "weight", Doubled())
    same = Prune(sparsity=0.0, rounds=1, steps=0).compress(given, materials())
    events = make_events()
    assert torch.equal(same(events), given(events))
    assert not any(map(parametrize.is_parametrized, same.modules()))


def test_biases_of_a_fixed_point_network_stay_on_their_grid(materials):
    given = made_fixed_point_network()
    pruned = Prune(sparsity=0.3, rounds=2, steps=6, learning_rate=0.1).compress(given, materials())
    for name, parameter in given.named_parameters():
        is_same = torch.equal(parameter, pruned.get_parameter(name))
        assert is_same == (parameter.ndim < 2 or name.startswith("projection"))
    assert type(pruned) is type(given)


@pytest.mark.parametrize("settings", [{"sparsity": 1.0}, {"sparsity": -0.1}, {"rounds": 0}])
def test_impossible_shares_are_refused(settings):
    with pytest.raises(UnsuitableShareError, match=next(iter(settings))):
        Prune(**settings)
