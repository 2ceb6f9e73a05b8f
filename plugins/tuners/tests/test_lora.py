import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from vierbein_tuners.errors import NothingToTuneError
from vierbein_tuners.lora import Lora, LowRank


def test_update_is_of_low_rank_and_scaled():
    torch.manual_seed(0)
    matrix = torch.randn(6, 5)
    update = LowRank(matrix, rank=2, alpha=6.0)
    assert torch.equal(update(matrix), matrix)
    nn.init.normal_(update.up)
    difference = update(matrix) - matrix
    torch.testing.assert_close(difference, 3.0 * update.up @ update.down)
    assert torch.linalg.matrix_rank(difference, rtol=1e-4) == 2


def test_rank_never_exceeds_the_matrix():
    update = LowRank(torch.zeros(2, 9), rank=8, alpha=8.0)
    assert update.up.shape == (2, 2)
    assert update.down.shape == (2, 9)
    assert update.scale == 4.0


def test_every_matrix_of_the_backbone_is_updated_and_nothing_else_learns(network):
    matrices = {
        f"backbone.{name}.{attribute}"
        for name, module in network.backbone.named_modules()
        for attribute, cls in (("weight", nn.Linear), ("in_proj_weight", nn.MultiheadAttention))
        if isinstance(module, cls)
    }
    Lora(rank=2).apply(network)
    learning = {name for name, p in network.named_parameters() if p.requires_grad}
    thin = {
        f"{module}.parametrizations.{attribute}.0.{factor}"
        for module, _, attribute in (name.rpartition(".") for name in matrices)
        for factor in ("up", "down")
    }
    assert learning == thin | {"head.weight", "head.bias"}


def test_queries_keys_and_values_of_fused_attention_are_all_live(network, events):
    modules = list(network.backbone.modules())
    fused = [(m.qkv, "weight") for m in modules if hasattr(m, "qkv")]
    fused += [(m, "in_proj_weight") for m in modules if isinstance(m, nn.MultiheadAttention)]
    assert len(fused) == 2
    Lora(rank=2).apply(network)
    network(events).square().sum().backward()
    for module, name in fused:
        queries, keys, values = module.parametrizations[name][0].up.grad.chunk(3)
        assert queries.any()
        assert keys.any()
        assert values.any()


def test_a_separate_dimension_of_keys_is_found_too(network):
    network.backbone.extra = nn.MultiheadAttention(8, 2, kdim=4, vdim=6)
    Lora().apply(network)
    extra = network.backbone.extra
    assert set(extra.parametrizations) == {"q_proj_weight", "k_proj_weight", "v_proj_weight"}
    assert parametrize.is_parametrized(extra.out_proj, "weight")


def test_a_backbone_without_matrices_is_refused(network):
    network.backbone = nn.LayerNorm(8)
    with pytest.raises(NothingToTuneError, match=r"'lora'.*LayerNorm.*\n.*\n.*tuner=probe"):
        Lora().apply(network)
