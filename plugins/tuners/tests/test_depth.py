"""Gradual unfreezing and layer-wise decay: the times and the rates, exactly."""

import pytest

from vierbein.errors.runs import ImpossibleSettingError
from vierbein.events.schema import Feature, FeatureSchema
from vierbein_tuners.gradual import Gradual
from vierbein_tuners.layer_decay import LayerDecay

PROJECTION = {"projection.linear.weight", "projection.linear.bias"}


def multiples(network, tuner, progress):
    """Give the multiple of the learning rate of every parameter that learns."""
    found = {name: 1.0 for name, p in network.named_parameters() if p.requires_grad}
    for group in tuner.course(network).groups:
        found |= dict.fromkeys(group.names, group.rate(progress))
    return found


def names_of(network, block):
    wanted = {id(p) for p in block.parameters()}
    return [name for name, p in network.named_parameters() if id(p) in wanted]


def test_each_block_decays_once_more(network):
    tuner = LayerDecay(decay=0.5)
    tuner.apply(network)
    found = multiples(network, tuner, 0.3)
    blocks = network.backbone.blocks()
    for above, block in enumerate(reversed(blocks), start=1):
        assert {found.pop(name) for name in names_of(network, block)} == {0.5**above}
    assert {found.pop(name) for name in ("head.weight", "head.bias")} == {1.0}
    # What is left counts with the first block: the identity of the projection, a bare parameter.
    assert set(found) - {"backbone.query"} == PROJECTION
    assert set(found.values()) == {0.5 ** len(blocks)}


def test_blocks_begin_from_the_last_to_the_first_at_even_steps(network):
    tuner = Gradual(share=0.6)
    tuner.apply(network)
    blocks = network.backbone.blocks()
    for above, block in enumerate(reversed(blocks), start=1):
        begin = 0.6 * above / len(blocks)
        for name in names_of(network, block):
            assert multiples(network, tuner, begin - 1e-9)[name] == 0.0
            assert multiples(network, tuner, begin + 1e-9)[name] == 1.0
    first = {name for name, rate in multiples(network, tuner, 0.0).items() if rate}
    assert first == {"head.weight", "head.bias"}
    assert set(multiples(network, tuner, 0.6).values()) == {1.0}


@pytest.mark.parametrize("tuner", [Gradual(), LayerDecay()])
def test_a_new_projection_learns_like_the_head(tuner, make_network):
    schema = FeatureSchema((Feature("charge"), Feature("pt"), Feature("eta"), Feature("d0")))
    network = make_network("fused", schema)
    tuner.apply(network)
    found = multiples(network, tuner, 0.0)
    assert {found[name] for name in PROJECTION} == {1.0}


@pytest.mark.parametrize("share", [0.0, 1.0, -0.2])
def test_a_share_is_between_0_and_1(share):
    with pytest.raises(ImpossibleSettingError, match=r"tuner\.gradual\.share"):
        Gradual(share=share)


@pytest.mark.parametrize("decay", [0.0, 1.1])
def test_a_decay_is_above_0_and_at_most_1(decay):
    with pytest.raises(ImpossibleSettingError, match=r"tuner\.layer_decay\.decay"):
        LayerDecay(decay=decay)
