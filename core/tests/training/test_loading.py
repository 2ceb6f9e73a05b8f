"""A base fills a network whole, or is refused."""

import pytest
import torch

from vierbein.errors.loading import NothingLoadedError, PartialLoadError
from vierbein.training.loading import load_parameters


@pytest.fixture
def network(attention_network):
    return attention_network(seed=0)


@pytest.fixture
def base(attention_network):
    return {name: tensor.clone() for name, tensor in attention_network(seed=1).state_dict().items()}


def unchanged(network, attention_network):
    fresh = attention_network(seed=0).state_dict()
    return all(torch.equal(tensor, fresh[name]) for name, tensor in network.state_dict().items())


def test_a_base_that_fits_arrives_whole(network, base):
    table = load_parameters(network, base, "mine")
    assert all(torch.equal(tensor, base[name]) for name, tensor in network.state_dict().items())
    assert sum(row.matched for row in table.rows) == sum(t.numel() for t in base.values())
    assert sum(row.new + row.dropped for row in table.rows) == 0


def test_a_wrong_prefix_is_refused(network, base, attention_network):
    wrong = {f"module.{name}": tensor for name, tensor in base.items()}
    with pytest.raises(NothingLoadedError, match=r"'mine'.*\n.*'module\.projection\.mean'"):
        load_parameters(network, wrong, "mine")
    with pytest.raises(NothingLoadedError, match="'nothing'"):
        load_parameters(network, {}, "mine")
    assert unchanged(network, attention_network)


def test_a_missing_tensor_is_refused(network, base, attention_network):
    del base["backbone.qkv.bias"]
    with pytest.raises(PartialLoadError, match=r"1 tensors .* backbone\.qkv\.bias\n") as caught:
        load_parameters(network, base, "mine")
    assert "new_parameters=[backbone.qkv]" in str(caught.value)
    assert unchanged(network, attention_network)


def test_a_tensor_of_another_shape_is_refused(network, base, attention_network):
    base["backbone.embed.weight"] = base["backbone.embed.weight"].T
    with pytest.raises(PartialLoadError, match=r"backbone\.embed\.weight"):
        load_parameters(network, base, "mine")
    assert unchanged(network, attention_network)


def test_a_named_module_may_start_anew_and_the_numbers_add_up(network, base):
    own = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    base["head.linear.weight"] = torch.zeros(5, 8)
    base["old.layer.weight"] = torch.zeros(3, 3)
    with pytest.raises(PartialLoadError, match=r"head\.linear\.weight"):
        load_parameters(network, base, "mine", new=["hea", "backbone"])
    table = load_parameters(network, base, "mine", new=["head"])
    assert torch.equal(network.head.linear.weight, own["head.linear.weight"])
    assert torch.equal(network.head.linear.bias, base["head.linear.bias"])
    rows = {row.module: row for row in table.rows}
    assert (rows["head.linear"].matched, rows["head.linear"].new) == (1, 8)
    assert (rows["head.linear"].dropped, rows["old.layer"].dropped) == (40, 9)
    assert sum(r.matched + r.new for r in table.rows) == sum(t.numel() for t in own.values())
    assert sum(r.matched + r.dropped for r in table.rows) == sum(t.numel() for t in base.values())


def test_the_table_shows_every_module(network, base):
    table = load_parameters(network, base, "mine")
    assert len(str(table).splitlines()) == 1 + len(table.rows)
    said = {row["module"]: row["matched"] for row in table.to_json()}
    assert said["backbone.qkv"] == 8 * 24 + 24
