"""The experiment `trigger`: its base, what it is told of others, and its study."""

import json
from pathlib import Path

import numpy as np
import pytest

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.run import configure, run
from vierbein.training.evaluate import scores

PUBLISHED = Path(__file__).parents[1] / "benchmarks" / "trigger_published.json"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def trigger(cache):
    return Assembly(configure("trigger", [f"cache_folder={cache}"]))


def test_its_base_is_as_good_on_the_shipped_jets_as_its_card_says(trigger):
    # All of them are new to it: it learned from others, of another seed.
    network = trigger.zero_shot(trigger.source)
    jets = trigger.source.events("test", 2000)
    found = trigger.task.figures(scores(network, trigger.task, jets), jets.truths(), jets.weights)
    said = {figure["name"]: figure for figure in trigger.base.card["figures"]}
    for figure in found:
        assert figure.low < said[figure.name]["high"]
        assert figure.high > said[figure.name]["low"]
    assert said["accuracy"]["value"] > 0.6  # chance is 0.2
    assert trigger.base.card["source"]["dataset"]["seed"] == 2030


def test_its_base_arrives_whole_and_one_feature_stands_in(trigger):
    (domain,) = trigger.targets.values()
    network, table = trigger.from_base(domain, None, 0)
    assert all(row.new == row.dropped == 0 for row in table.rows)
    assert [*network.projection.defaulted] == ["tanh_d0"]


def test_domains_share_no_jet_and_judging_jets_are_enough(trigger):
    (domain,) = trigger.targets.values()
    assert not np.intersect1d(trigger.source.table.ids, domain.table.ids).size
    settings = trigger.settings.compare
    assert len(domain.events("test")) >= settings.test_events
    labelled = len(domain.events("train")) + len(domain.events("validation"))
    assert labelled >= settings.sizes[-1]


def test_it_is_told_the_published_figures_as_they_are_stored(trigger):
    stored = json.loads(PUBLISHED.read_text("utf-8"))["rows"]
    wanted = [[row["LUT"], row["accuracy"]] for row in stored]
    assert sorted(trigger.settings.compress.published.values()) == sorted(wanted)
    for row in stored:
        assert row["latency_ns"] == pytest.approx(row["cycles"] * row["period_ns"], abs=0.05)


def test_it_runs_to_a_report(cache, tmp_path):
    short = ["compare.sizes=[200]", "compare.seeds=1", "compare.steps=4", "training.looks=2"]
    short += ["compare.test_events=300", "compare.replicas=20", "observable=[jet_mass]"]
    folders = [f"cache_folder={cache}", f"run_folder={tmp_path / 'run'}"]
    report = run("trigger", [*short, *folders], is_quiet=True).report
    assert set(report["comparison"]) == {"trigger"}
    assert "AUC, mean over classes against the rest" in json.dumps(report["comparison"])
