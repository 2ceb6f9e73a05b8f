"""The shipped bases of jets: they are made again, and are what their cards say."""

import json
from pathlib import Path

import numpy as np
import pytest

import vierbein_collider
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.run import configure, run
from vierbein.training.evaluate import scores

MADE_BY = {
    "jets_tiny": "pretrain_jets",
    "jets_seed": "pretrain_jets_seed",
    "jets_nano": "pretrain_jets_nano",
    "jets_masked": "pretrain_jets_masked",
    "jets_point_edge": "pretrain_jets_point_edge",
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Where the events of all bases are kept: four of them read the same."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(params=MADE_BY)
def shipped(request, cache, tmp_path, monkeypatch):
    """The configuration that made a base, with the shipped one in place of a new one."""
    monkeypatch.chdir(tmp_path)
    base = f"base=vierbein_collider:bases/{request.param}"
    return Assembly(configure(MADE_BY[request.param], [base, f"cache_folder={cache}"]))


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
    name = shipped.base.name.rpartition("/")[2]
    folder = Path(vierbein_collider.__file__).parent / "bases" / name
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 250_000
    assert card["name"] == name
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


def test_it_saw_no_event_that_the_quick_start_judges_by(shipped, cache):
    quickstart = Assembly(configure("quickstart", [f"cache_folder={cache}"]))
    seen = np.concatenate([shipped.source.events(part).ids for part in ("train", "validation")])
    for domain in quickstart.targets.values():
        assert not set(seen) & set(domain.events("test").ids)
