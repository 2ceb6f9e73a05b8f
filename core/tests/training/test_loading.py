"""A base fills a network whole, or is refused."""

import pytest
import torch

from vierbein.errors.loading import NothingLoadedError, PartialLoadError
from vierbein.interfaces.columns import Columns
from vierbein.training.expansion import Axes, Expansion, expansions
from vierbein.training.loading import Consent, LoadRow, LoadTable, load_parameters


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
    assert sum(row.expanded + row.new + row.dropped for row in table.rows) == 0


@pytest.mark.parametrize("prefix", ["module.", "body.", "state.module."])
def test_a_wrong_prefix_is_refused_and_the_right_one_named(
    network, base, attention_network, prefix
):
    wrong = {f"{prefix}{name}": tensor for name, tensor in base.items()}
    said = rf"'mine'.*\n.*'{prefix}projection\.mean'.*\n.* 4 of its names .* '{prefix}':"
    with pytest.raises(NothingLoadedError, match=said):
        load_parameters(network, wrong, "mine")
    other = {name.replace("backbone.", prefix): tensor for name, tensor in base.items()}
    said = rf"network's backbone\.\n.*\n.*'backbone\.' in place of '{prefix}'"
    with pytest.raises(NothingLoadedError, match=said):
        load_parameters(network, other, "mine")
    with pytest.raises(NothingLoadedError, match="'nothing'"):
        load_parameters(network, {}, "mine")
    assert unchanged(network, attention_network)


def test_a_lacking_prefix_is_named(network, base):
    bare = {name.removeprefix("backbone."): tensor for name, tensor in base.items()}
    with pytest.raises(NothingLoadedError, match=r"'backbone\.' in place of ''"):
        load_parameters(network, bare, "mine")


def test_another_backbone_gets_no_advice_on_prefixes(network):
    other = {f"conv.{i}.weight": torch.zeros(2) for i in range(9)}
    with pytest.raises(NothingLoadedError) as caught:
        load_parameters(network, other, "mine")
    assert "prefix" not in str(caught.value)
    assert "another backbone" in str(caught.value)


def test_a_missing_tensor_is_refused(network, base, attention_network):
    del base["backbone.qkv.bias"]
    with pytest.raises(PartialLoadError, match=r"1 tensors .*\n.*qkv\.bias: the base") as caught:
        load_parameters(network, base, "mine")
    assert "new_parameters=[backbone.qkv]" in str(caught.value)
    assert unchanged(network, attention_network)


def test_a_tensor_of_another_shape_is_refused_with_both_shapes(network, base, attention_network):
    base["backbone.embed.weight"] = base["backbone.embed.weight"].T
    said = r"embed\.weight: \[2, 8\] in the base, \[8, 2\] in the network"
    with pytest.raises(PartialLoadError, match=said) as caught:
        load_parameters(network, base, "mine", entry=["backbone.embed.weight"])
    assert "The input layer is among them (backbone.embed.weight)" in str(caught.value)
    assert unchanged(network, attention_network)


def test_a_tensor_without_a_place_is_refused(network, base, attention_network):
    base["backbone.old.weight"] = torch.zeros(3, 3)
    with pytest.raises(PartialLoadError, match=r"1 tensors without a place:\n.*old\.weight\n"):
        load_parameters(network, base, "mine")
    with pytest.raises(PartialLoadError, match=r"dropped_parameters=\[backbone\.old\]"):
        load_parameters(network, base, "mine", Consent(dropped=("backbone.ol", "head")))
    assert unchanged(network, attention_network)
    table = load_parameters(network, base, "mine", Consent(dropped=("backbone.old",)))
    assert table.total == LoadRow("all", sum(t.numel() for t in base.values()) - 9, 0, 0, 9)


def test_a_named_module_may_start_anew_and_the_numbers_add_up(network, base):
    own = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    base["head.linear.weight"] = torch.zeros(5, 8)
    with pytest.raises(PartialLoadError, match=r"head\.linear\.weight"):
        load_parameters(network, base, "mine", Consent(new=("hea", "backbone")))
    table = load_parameters(network, base, "mine", Consent(new=("head",)))
    assert torch.equal(network.head.linear.weight, own["head.linear.weight"])
    assert torch.equal(network.head.linear.bias, base["head.linear.bias"])
    rows = {row.module: row for row in table.rows}
    assert (rows["head.linear"].matched, rows["head.linear"].new) == (1, 8)
    assert rows["head.linear"].dropped == 40
    assert sum(r.matched + r.new for r in table.rows) == sum(t.numel() for t in own.values())
    assert sum(r.matched + r.dropped for r in table.rows) == sum(t.numel() for t in base.values())


def test_a_wider_tensor_needs_a_word_and_keeps_its_numbers_by_name(network, base):
    base["backbone.embed.weight"] = base["backbone.embed.weight"][:, :1]
    grown = Expansion(1, ("z",), Columns(1, ("x", "z")))
    found = {"backbone.embed.weight": grown}
    with pytest.raises(PartialLoadError, match=r"so many words:  expand=\[backbone\]$"):
        load_parameters(network, base, "mine", expansions=found)
    table = load_parameters(network, base, "mine", Consent(expand=("backbone",)), found)
    weight = network.backbone.embed.weight
    assert torch.equal(weight[:, 1:], base["backbone.embed.weight"])
    assert (weight[:, 0] == 0).all()
    rows = {row.module: row for row in table.rows}
    assert rows["backbone.embed"] == LoadRow("backbone.embed", 8 + 8, 8, 0, 0)


@pytest.mark.parametrize(
    ("theirs", "own", "start"),
    [((4, 3), (4, 5), 0.0), ((3,), (5,), None), ((3, 4), (5, 4), 0.0), ((4, 4), (4, 6), 0.0)],
)
def test_an_axis_as_long_as_the_names_runs_over_them(theirs, own, start):
    after = Axes({}, [("a", "b", "c", "d", "e"), ("k",), ("a", "b", "c", "d", "e", "k")])
    before = Axes({}, [("a", "b", "c"), ("k",), ("a", "b", "c", "k")])
    tensors = torch.zeros(own), torch.ones(theirs)
    (found,) = expansions({"w": tensors[0]}, {"w": tensors[1]}, after, before).values()
    axis = next(at for at in range(len(own)) if own[at] != theirs[at])
    assert (found.axis, found.columns.start) == (axis, start)
    filled = found.apply(*tensors)
    names = found.columns.names
    kept = [at for at, name in enumerate(names) if name in ("a", "b", "c", "k")][: theirs[axis]]
    assert filled.movedim(axis, 0)[kept].eq(1).all()
    assert filled.sum() == tensors[1].sum()


def test_what_no_name_explains_cannot_grow():
    after, before = Axes({}, [("a", "b", "c")]), Axes({}, [("a", "b")])
    shapes = {"two": ((3, 3), (2, 2)), "other": ((5, 4), (5, 3)), "flat": ((3,), (2, 1))}
    own = {name: torch.zeros(ours) for name, (ours, _) in shapes.items()}
    theirs = {name: torch.zeros(there) for name, (_, there) in shapes.items()}
    assert expansions(own, theirs, after, before) == dict.fromkeys(shapes)
    gone = Axes({"w": Columns(0, ("a", "c"))}), Axes({"w": Columns(0, ("a", "b"))})
    assert expansions({"w": torch.zeros(2)}, {"w": torch.zeros(2)}, *gone) == {"w": None}


def test_the_table_shows_every_module(network, base):
    table = load_parameters(network, base, "mine")
    assert len(str(table).splitlines()) == 2 + len({row.module for row in table.rows})
    assert str(table).splitlines()[-1].split()[:2] == ["all", str(table.total.matched)]
    said = {row["module"]: row["matched"] for row in table.to_json()}
    assert said["backbone.qkv"] == 8 * 24 + 24


def test_the_table_folds_what_arrived_whole_and_shows_the_rest():
    whole = [LoadRow(f"backbone.blocks.{i}.norm", 10, 0, 0, 0) for i in range(3)]
    table = LoadTable((*whole, LoadRow("backbone.blocks.3.out", 0, 0, 7, 0)))
    shown = [line.split() for line in str(table).splitlines()[1:]]
    assert shown == [
        ["backbone.blocks", "30", "0", "0", "0"],
        ["backbone.blocks.3.out", "0", "0", "7", "0"],
        ["all", "30", "0", "7", "0"],
    ]
