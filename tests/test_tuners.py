"""Tuners on every backbone; and in a run, each arm kept as its difference to the base."""

import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from vierbein.errors.loading import ChangedBaseError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import ArmJob, make_network, sample, with_replay
from vierbein.experiment.compare.recommended import recommended
from vierbein.experiment.run import configure
from vierbein.experiment.stages.view import View
from vierbein.interfaces.trainer import Budget
from vierbein.registry.installed import installed
from vierbein.storage.atomic import write_json
from vierbein.storage.parameters import CARD
from vierbein.testing.agreement import apart
from vierbein.training.evaluate import scores
from vierbein.training.rehearsal import replayed
from vierbein.training.trainer import FabricTrainer

BENCHMARKS = str(Path(__file__).parent.parent / "benchmarks")
sys.path.insert(0, BENCHMARKS)
live = importlib.import_module("tuners")
sys.path.remove(BENCHMARKS)

REGISTRY = installed()
UNLIKE = ("bottleneck", "full", "lora")
"""Tuners that add parameters of their own; others leave some or all of those of `full`."""
SMALL = (
    "pretrain.steps=40",
    "pretrain.spare_units=2",
    "compare.sizes=[60]",
    "compare.seeds=1",
    "compare.steps=10",
    "compare.arms=[zero_shot,fine_tuned,twin_equal_steps]",
    "stages=[pretrain,adapt]",
)
TUNERS = ("replay", "bottleneck", "dummy_nodes", "full", "gradual")


@pytest.mark.parametrize("tuner", UNLIKE)
@pytest.mark.parametrize("backbone", live.backbones(REGISTRY))
def test_on_every_backbone_all_that_is_tuned_is_live(backbone, tuner):
    (pair,) = live.pairs(REGISTRY, [backbone], [tuner])
    assert pair.refused == ""
    assert pair.dead == ()
    assert pair.moved <= 1e-9
    assert pair.unmerged <= 1e-6
    assert pair.broken <= 1.0  # of the tolerance of what the backbone claims


@pytest.fixture
def assembly(toy_run):
    result = toy_run(*SMALL, f"tuner=[{','.join(TUNERS)}]")
    return Assembly(json.loads((result.folder / "configuration.json").read_text()))


def arm(assembly, tuner):
    job = ArmJob("there", "fine_tuned", 60, 0, 10, tuner)
    folder = job.folder(assembly.folder)
    return job, folder, json.loads((folder / "result.json").read_text())


def test_arms_of_every_sort_come_back_and_only_onto_their_base(assembly):
    base = assembly.base
    assert base.card["num_spare"] == 2
    results = {name: arm(assembly, name) for name in TUNERS}
    assert [result["dead"] for _, _, result in results.values()] == [[]] * len(TUNERS)
    flops = {name: result["trials"][0]["flops"] for name, (_, _, result) in results.items()}
    assert flops["gradual"] < flops["full"] < flops["replay"] < 1.5 * flops["full"]

    test = assembly.targets["there"].events("test", assembly.settings.compare.test_events)
    validation = assembly.settings.compare.validation
    for job, folder, _ in results.values():
        card = json.loads((folder / CARD).read_text())
        kept = load_file(folder / "parameters.safetensors")
        assert card["base"] == {"name": base.name, "sha256": base.sha256}
        assert set(kept).isdisjoint(card["from_base"])
        if job.tuner == "bottleneck":
            own = {name for name in kept if not name.startswith(("projection.", "head."))}
            assert all(name.startswith("backbone.inserted.") for name in own)
        # Read back as the run's own recommendation would be.
        events = sample(assembly.targets["there"], 60, 0, validation)
        network, _ = make_network(assembly, job, assembly.targets["there"], events.train)
        state = {**kept, **{n: base.parameters[t] for n, t in card["from_base"].items()}}
        network.load_state_dict(state)
        found = scores(network, assembly.task, test)
        assert np.array_equal(found, np.load(folder / "scores.npy"))

    best = recommended(assembly, "there", "fine_tuned")[1]["tuner"]
    _, folder, _ = arm(assembly, best)
    card = json.loads((folder / CARD).read_text())
    card["base"]["sha256"] = "0" * 64
    write_json(folder / CARD, card)
    with pytest.raises(ChangedBaseError, match="0000000000000000"):
        recommended(assembly, "there", "fine_tuned")

    # Safeguards train variants by the run's first tuner, with its course and replayed events.
    vars(assembly)["tuners"] = {"replay": assembly.tuners["replay"]}
    events = sample(assembly.targets["there"], 60, 0, validation)
    _, fit = View(assembly, {}).train_variant("there", events, seed=0, base="own")
    kept = load_file(arm(assembly, "replay")[1] / "parameters.safetensors")
    assert all(torch.equal(fit.parameters[name], tensor) for name, tensor in kept.items())


def test_source_events_pass_an_expanded_network_as_they_passed_the_base(kinds_base):
    toy = [
        *("backbone=toy_kinds", "adapter@source.adapter=toy_upgrade", "adapter=toy_upgrade"),
        *("source.adapter.name=here", "adapter.name=there", "source.dataset.num_events=600"),
        *("dataset.num_events=400", "base=runs/toy/pretrain/base", "tuner=[replay]"),
    ]
    more = ["adapter.more=true", "backbone.codes=[11,211,-211]", "expand=[backbone]"]
    before, after = (Assembly(configure("toy", [*toy, *extra])) for extra in ((), more))
    there = after.targets["there"]
    events = sample(there, 60, 0, 0.3)
    network, _ = after.from_base(there, events.train, 0)
    tuner = after.tuners["replay"]
    tuner.apply(network)
    events = with_replay(after, events, tuner, network)
    source = events.replay.events.take(np.arange(40))
    with torch.no_grad():
        found = replayed(events.replay, network).eval()(source)
        wanted = before.zero_shot(before.source)(source)
    assert apart(found, wanted) <= 1e-6
    trainer = FabricTrainer(after.settings.training)
    fit = trainer.fit(network, after.task, events, Budget(3, 1e-3), tuner.course(network))
    assert fit.steps == 3
