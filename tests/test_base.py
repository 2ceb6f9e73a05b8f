"""The base that the quick start ships: it is made again, and is what its card says."""

import json
from pathlib import Path

import numpy as np
import pytest

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.run import configure, run
from vierbein.training.evaluate import scores


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """The configuration that made the base, with the shipped one in place of a new one."""
    monkeypatch.chdir(tmp_path)
    base = "base=vierbein_collider:bases/jets_tiny"
    return Assembly(configure("pretrain_jets", [base]))


def test_a_shortened_pretraining_gives_the_same_bytes_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    short = [
        "pretrain.steps=6",
        "training.looks=2",
        "splits={train: .1, validation: .01, test: .89}",
    ]
    short += ["compare.test_events=200"]
    made = []
    for name in ("first", "second"):
        run("pretrain_jets", [*short, f"run_folder={name}"], is_quiet=True)
        made.append(Path(name, "pretrain/base"))
    for file in ("parameters.safetensors", "card.json"):
        assert (made[0] / file).read_bytes() == (made[1] / file).read_bytes()


def test_it_fits_the_backbone_and_is_small(shipped):
    network, table = shipped.from_base(shipped.source, None, 0)
    assert all(row.new == row.dropped == 0 for row in table.rows)
    assert sum(p.numel() for p in network.backbone.parameters()) <= 150_000
    card = shipped.base.card
    assert card["licence"] == "Apache-2.0"
    assert card["backbone"] == json.loads(json.dumps(shipped.configuration["backbone"]))


def test_its_card_says_how_good_it_is(shipped):
    domain = shipped.source
    test = domain.events("test", shipped.settings.compare.test_events)
    network = shipped.zero_shot(domain)
    found = shipped.task.figures(scores(network, shipped.task, test), test.truths(), test.weights)
    said = shipped.base.card["figures"][0]
    assert found[0].name == said["name"] == "AUC"
    assert found[0].value == pytest.approx(said["value"], abs=1e-4)
    assert said["value"] > 0.95


def test_it_saw_no_event_that_the_quick_start_judges_by(shipped, tmp_path):
    quickstart = Assembly(configure("quickstart", [f"cache_folder={tmp_path}"]))
    seen = np.concatenate([shipped.source.events(part).ids for part in ("train", "validation")])
    for domain in quickstart.targets.values():
        assert not set(seen) & set(domain.events("test").ids)
