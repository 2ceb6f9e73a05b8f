"""Which parameters each tuner lets learn."""

import pytest
from torch import nn

from vierbein_tuners.bitfit import BitFit
from vierbein_tuners.errors import NothingToTuneError, NumBlocksError
from vierbein_tuners.full import Full
from vierbein_tuners.last_l import LastL
from vierbein_tuners.probe import Probe

HEAD = {"head.weight", "head.bias"}


def learning(network):
    return {name for name, p in network.named_parameters() if p.requires_grad}


def test_full(network):
    Full().apply(network)
    assert learning(network) == {name for name, _ in network.named_parameters()}


def test_probe(network):
    Probe().apply(network)
    assert learning(network) == HEAD


def test_bitfit(network):
    BitFit().apply(network)
    biases = {name for name, _ in network.backbone.named_parameters() if name.endswith("bias")}
    norms = [m for m in network.backbone.modules() if isinstance(m, nn.LayerNorm)]
    assert all(norm.bias.requires_grad and not norm.weight.requires_grad for norm in norms)
    assert learning(network) == HEAD | {f"backbone.{name}" for name in biases}


def test_bitfit_finds_the_bias_of_fused_attention(make_network):
    network = make_network("fused")
    BitFit().apply(network)
    assert "backbone.pooling.in_proj_bias" in learning(network)


def test_last_l_by_depth(network):
    num_blocks = len(network.backbone.blocks())
    for asked in range(1, num_blocks + 1):
        LastL(num_blocks=asked).apply(network)
        learns = [
            all(p.requires_grad for p in block.parameters()) for block in network.backbone.blocks()
        ]
        assert learns == [False] * (num_blocks - asked) + [True] * asked
        assert learning(network) >= HEAD


@pytest.mark.parametrize("asked", [0, -1, 99])
def test_last_l_refuses_what_the_backbone_does_not_have(network, asked):
    with pytest.raises(NumBlocksError, match=rf"last {asked} blocks.*\n.*\n.*last_l\.num_blocks="):
        LastL(num_blocks=asked).apply(network)
    assert all(p.requires_grad for p in network.parameters())  # nothing half done


def test_bitfit_refuses_a_backbone_without_biases(network):
    network.backbone = nn.Linear(8, 8, bias=False)
    with pytest.raises(NothingToTuneError, match=r"'bitfit'.*Linear.*\n.*biases.*\n.*tuner=probe"):
        BitFit().apply(network)
