"""Features, event features, kinds and classes that a base does not know: added as zeros, alive."""

import numpy as np
import pytest
import torch

from vierbein.errors.features import UnknownParticleError
from vierbein.errors.loading import FunctionDiffersError, OtherTaskError, PartialLoadError
from vierbein.events.batch import EventBatch
from vierbein.experiment import transfer
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.run import configure
from vierbein.experiment.stages.deploy import not_exported
from vierbein.storage.parameters import read_parameters, write_parameters
from vierbein.testing.small_network import small_network

KINDS = [
    "backbone=toy_kinds",
    "adapter@source.adapter=toy_upgrade",
    "adapter=toy_upgrade",
    "source.adapter.name=here",
    "adapter.name=there",
]
SMALL = ["pretrain.steps=30", "source.dataset.num_events=600", "dataset.num_events=400"]
BASE = "base=runs/toy/pretrain/base"
MORE = ["adapter.more=true", "backbone.codes=[11,211,-211]"]
UNCHANGED = 1e-6


@pytest.fixture
def base(kinds_base):
    return kinds_base


def assemble(*overrides):
    return Assembly(configure("toy", [*KINDS, *SMALL, BASE, *overrides]))


def start(*overrides):
    """The network that a run begins with, what it loaded, and its domain's training events."""
    assembly = assemble(*overrides)
    domain = assembly.targets["there"]
    network, loaded = assembly.from_base(domain, domain.events("train"), seed=3)
    return network, loaded, domain.events("train").take(np.arange(50)), assembly.task


def old(events):
    """The same events as the detector gave them before its upgrade."""
    pdg = torch.where(events.feature("x") > 0, -211, 211)
    schema = assemble().targets["there"].adapter.schema
    names, of_events = events.schema.names, events.schema.event_names
    return EventBatch(
        schema,
        events.p4,
        events.features[:, [names.index(name) for name in schema.names]],
        events.offsets,
        pdg=pdg,
        event_features=events.event_features[:, [of_events.index(n) for n in schema.event_names]],
    )


def with_known_kinds(events):
    """The events of the upgraded detector, but for the kind that the base does not know."""
    pdg = torch.where(events.feature("x") > 0, -211, 211)
    given = {name: getattr(events, name) for name in ("event_features", "truth", "event_weight")}
    return EventBatch(events.schema, events.p4, events.features, events.offsets, pdg=pdg, **given)


def predict(network, events):
    with torch.no_grad():
        return network.eval()(events)


def apart(found, wanted):
    return float((found - wanted).abs().max() / wanted.abs().max())


def learn(network, events, task):
    """One step of plain gradient descent on everything; gives the gradients by name."""
    network.train().requires_grad_()
    task.loss(network(events), events).mean().backward()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.sub_(parameter.grad, alpha=0.1)
    return {name: parameter.grad for name, parameter in network.named_parameters()}


def test_new_features_go_ahead_of_the_backbone_unless_it_is_expanded(base):
    before, _, _, _ = start()
    network, loaded, events, task = start("adapter.more=true")
    events = with_known_kinds(events)
    assert set(network.projection.extra) == {"size", "spread"}
    assert loaded.table.total.expanded == 0
    assert apart(predict(network, events), predict(before, old(events))) <= UNCHANGED
    gradients = learn(network, events, task)
    linear, of_events = (
        gradients["projection.linear.weight"],
        gradients["projection.event_linear.weight"],
    )
    given = network.projection.linear.in_features
    for column in (events.schema.names.index("size"), given - 1):  # the event feature comes last
        assert (linear[:, column].abs() > 0).all()
    assert of_events[0, events.schema.event_names.index("spread")].abs() > 0
    assert apart(predict(network, events), predict(before, old(events))) > 1e-3


def test_an_event_feature_reaches_a_base_that_knows_none(toy_run):
    toy_run(*SMALL, "stages=[pretrain]")
    words = [*SMALL, BASE, "adapter=toy_upgrade", "adapter.name=there"]
    words += ["adapter.more=true"]
    assembly = Assembly(configure("toy", words))
    domain = assembly.targets["there"]
    train = domain.events("train")
    network, _ = assembly.from_base(domain, train, seed=0)
    events = train.take(np.arange(40))
    assert network.projection.extra == ("size", "spread", "total")
    changed = EventBatch(
        events.schema,
        events.p4,
        events.features,
        events.offsets,
        event_features=events.event_features + 1.0,
    )
    assert torch.equal(predict(network, events), predict(network, changed))
    gradient = learn(network, events, assembly.task)["projection.linear.weight"]
    assert (gradient[:, -2:].abs() > 0).all()
    assert apart(predict(network, changed), predict(network, events)) > 1e-5


def test_without_consent_a_wider_backbone_is_refused_with_both_shapes(base):
    with pytest.raises(PartialLoadError) as caught:
        start(*MORE)
    said = str(caught.value)
    assert "backbone.kinds.rows: [2, 16] in the base, [3, 16] in the network" in said
    assert "The input layer is among them (backbone.kinds.rows)" in said
    assert said.endswith("in so many words:  expand=[backbone]")


def test_an_expanded_backbone_does_what_it_did_and_its_new_columns_live(base):
    before, _, _, _ = start()
    network, loaded, events, task = start(*MORE, "expand=[backbone]")
    known = with_known_kinds(events)
    assert network.projection.extra == ()
    assert network.backbone.schema.names == ("x", "y", "z", "size")
    assert apart(predict(network, known), predict(before, old(events))) <= UNCHANGED

    rows = {row.module: row for row in loaded.rows}
    grown = {name: (row.matched, row.expanded) for name, row in rows.items() if row.expanded}
    assert grown == {
        "backbone.norm": (4 * 3 + 1, 4),  # weight, bias, running mean and variance; its counter
        "backbone.entry": (16 * 3 + 16, 16),
        "backbone.local": (16 * 6 + 16, 2 * 16),
        "backbone.both": (16 * 4 + 16, 2 * 16),
        "backbone.kinds": (2 * 16, 16),
    }
    assert all(row.new == row.dropped == 0 for row in loaded.rows)
    state, theirs = network.state_dict(), read_parameters(base)[0]
    assert state["backbone.norm.running_mean"][3] == 0
    assert state["backbone.norm.running_var"][3] == state["backbone.norm.weight"][3] == 1
    local, there = state["backbone.local.weight"], theirs["backbone.local.weight"]
    assert torch.equal(local[:, [0, 1, 2, 4, 5, 6]], there)
    assert (local[:, [3, 7]] == 0).all()
    both, there = state["backbone.both.weight"], theirs["backbone.both.weight"]
    assert torch.equal(both[:, [0, 1, 2, 4]], there)
    assert torch.equal(state["backbone.kinds.rows"][1:], theirs["backbone.kinds.rows"])
    assert (state["backbone.kinds.rows"][0] == 0).all()

    gradients = learn(network, events, task)
    new = {
        "entry.weight": gradients["backbone.entry.weight"][:, 3],
        "local.weight": gradients["backbone.local.weight"][:, [3, 7]],
        "both.weight": gradients["backbone.both.weight"][:, [3, 5]],
        "kinds.rows": gradients["backbone.kinds.rows"][0],
    }
    assert {name: bool((g.abs() > 0).all()) for name, g in new.items()} == dict.fromkeys(new, True)
    assert apart(predict(network, known), predict(before, old(events))) > 1e-3


def test_a_frozen_backbone_still_learns_what_was_expanded(base):
    network, _, _, _ = start(*MORE, "expand=[backbone]")
    assembly = assemble("tuner=[probe]")
    assembly.tuners["probe"].apply(network)
    learning = {name for name, p in network.backbone.named_parameters() if p.requires_grad}
    assert {"entry.weight", "local.weight", "both.weight", "kinds.rows"} <= learning
    assert not any(name.startswith(("inner", "outer")) for name in learning)


def test_a_kind_that_the_backbone_does_not_know_is_refused_or_one_of_the_others(base):
    network, _, events, _ = start("adapter.more=true")
    with pytest.raises(UnknownParticleError, match=r"does not know: 11\n.*211, -211\n.*expand="):
        predict(network, events)


def test_a_new_kind_starts_as_one_of_the_others_where_it_was_one(toy_run):
    others = [*KINDS, *SMALL, "backbone.codes=[0,211]"]
    toy_run(*others, "stages=[pretrain]")
    grown = ["expand=[backbone]", "backbone.codes=[11,-211,0,211]", "adapter.more=true"]
    found = []
    for words in (["adapter.more=true"], grown):
        assembly = Assembly(configure("toy", [*others, BASE, *words]))
        domain = assembly.targets["there"]
        network, _ = assembly.from_base(domain, domain.events("train"), seed=0)
        found.append(predict(network, domain.events("train").take(np.arange(30))))
    assert apart(found[1], found[0]) <= UNCHANGED


def test_kinds_are_joined_by_code_not_by_place(base):
    before, _, events, _ = start()
    network, _, _, _ = start("backbone.codes=[-211,211]", "expand=[backbone]")
    assert torch.equal(network.backbone.kinds.rows, before.backbone.kinds.rows.flip(0))
    assert torch.equal(predict(network, events), predict(before, events))
    with pytest.raises(PartialLoadError, match="numbers stand for other names in the base"):
        start("backbone.codes=[13,211]", "expand=[backbone]")


def test_another_task_needs_a_word(base):
    more = "task.classes=[qcd,top,w]"
    with pytest.raises(OtherTaskError, match=r"p_qcd, p_top\.\n.*p_qcd, p_top, p_w\.\n.*head"):
        start(more)
    _, loaded, _, _ = start(more, "new_parameters=[head]")
    rows = {row.module: row for row in loaded.rows}
    assert (rows["head.linear"].matched, rows["head.linear"].dropped) == (0, 2 * 16 + 2)
    assert loaded.checks[0].answer == "agrees"
    assert loaded.checks[0].reason.startswith("the pooled that")


def test_new_classes_leave_the_old_logits_and_their_odds_and_learn(base):
    before, _, events, _ = start()
    network, loaded, _, task = start("task.classes=[qcd,top,w]", "expand=[head]")
    wanted, found = predict(before, events), predict(network, events)
    assert apart(found[:, :2], wanted) <= UNCHANGED
    assert (found[:, 2] == 0).all()
    odds = found.softmax(1)[:, 0] / found.softmax(1)[:, 1]
    torch.testing.assert_close(odds, wanted.softmax(1)[:, 0] / wanted.softmax(1)[:, 1])
    assert {row.module: row.expanded for row in loaded.rows if row.expanded} == {"head.linear": 17}
    gradients = learn(network, events, task)
    assert (gradients["head.linear.weight"][2].abs() > 0).all()
    assert gradients["head.linear.bias"][2].abs() > 0


@pytest.mark.parametrize("classes", ["top,qcd", "qcd,w", "w,qcd,top"])
def test_classes_that_do_not_begin_with_the_bases_are_refused(base, classes):
    with pytest.raises(PartialLoadError, match=r"head\.linear\.weight: "):
        start(f"task.classes=[{classes}]", "expand=[head]", "task.signal=qcd")


def test_an_expansion_that_changes_the_answer_is_refused(base, monkeypatch):
    honest = transfer.load_parameters

    def spoilt(network, *rest):
        table = honest(network, *rest)
        with torch.no_grad():
            network["backbone"].entry.weight[:, -1] = 1e-3
        return table

    monkeypatch.setattr(transfer, "load_parameters", spoilt)
    with pytest.raises(FunctionDiffersError, match=r"1e-06 is granted|0\.0001 is granted"):
        start(*MORE, "expand=[backbone]")


def test_what_a_card_records_is_asked_again(base):
    _, loaded, _, _ = start()
    (check,) = loaded.checks
    assert (check.answer, check.tolerance) == ("agrees", 1e-4)
    assert check.difference < 1e-6
    with pytest.raises(FunctionDiffersError, match=r"backbone\.slope is 0\.3, in its card 0\.1"):
        start("backbone.slope=0.3")
    parameters, card = read_parameters(base)
    write_parameters(base, parameters, {k: v for k, v in card.items() if k != "probe"})
    (check,) = start("backbone.slope=0.3")[1].checks
    assert check.answer == "not checked"
    parameters["backbone.inner.1.bias"] = parameters["backbone.inner.1.bias"] + 0.01
    write_parameters(base, parameters, card)
    with pytest.raises(FunctionDiffersError, match="under other settings, or in another version"):
        start()


def test_dropped_tensors_are_refused_unless_named(base):
    parameters, card = read_parameters(base)
    parameters |= {"backbone.old.weight": torch.zeros(3, 3), "ema.x": torch.zeros(2)}
    write_parameters(base, parameters, card)
    with pytest.raises(PartialLoadError, match="2 tensors without a place") as caught:
        start("dropped_parameters=[backbone.ol]")
    assert "dropped_parameters=[backbone.old,ema]" in str(caught.value)
    _, loaded, _, _ = start("dropped_parameters=[backbone.old,ema]")
    assert loaded.table.total.dropped == 11
    assert loaded.checks[0].answer == "agrees"


def test_what_hardware_backends_are_not_given_is_a_reason_not_to_lower(base):
    network, _, _, _ = start()
    assert not_exported(network) == [
        "it reads per-event features, which are not exported",
        "it reads PDG codes, which are not exported",
    ]
    assert not_exported(small_network()) == []
