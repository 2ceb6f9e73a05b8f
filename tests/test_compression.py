"""A run that compresses and deploys students: distilled, quantised, verified on hardware."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from vierbein.errors.files import HashMismatchError
from vierbein.errors.runs import StageMissingError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compressed import Compressed
from vierbein.experiment.run import configure
from vierbein.experiment.stages.question import asked_at
from vierbein.experiment.stages.view import StudentView
from vierbein.interfaces.fixed_point import FixedPointNetwork
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Moment

FEW = (
    "pretrain.steps=20",
    "compare.arms=[zero_shot,fine_tuned,twin_equal_steps]",
    "compare.sizes=[120]",
    "compare.seeds=2",
    "compare.steps=10",
    "stages=[pretrain,adapt,compare,compress,deploy,report]",
    "+backbone@students.small=deep_sets",
    "students.small.num_particles=3",
    "students.small.width=4",
    "students.small.depth=1",
    "compressor=[distill,quantize]",
    "compressor.distill.steps=20",
    "compressor.quantize.steps=20",
    "compress.seeds=2",
    "compress.golden_events=30",
    "hardware=[generated_c]",
    "safeguard=[cross_check]",
)


@pytest.fixture
def result(toy_run):
    """A run of one student on one backend."""
    return toy_run(*FEW)


@pytest.fixture
def compressed(result):
    """Its compressed networks, read back."""
    assembly = Assembly(configure("toy", list(FEW)))
    return Compressed(assembly, result.report["outcome"]["recommended"])


def test_students_are_made_judged_and_verified(result, compressed):
    said = result.report["compressed"]["small"]
    assert [step["name"] for step in said["steps"]] == ["teacher", "distill", "quantize"]
    teacher, distilled, quantised = said["steps"]
    assert teacher["minus_teacher"]["value"] == 0
    difference = quantised["metric"]["value"] - teacher["metric"]["value"]
    assert quantised["minus_teacher"]["value"] == pytest.approx(difference)
    assert quantised["num_bits"] < distilled["num_bits"] < teacher["num_bits"]
    assert next(tensor["name"] for tensor in said["dataflow"]) == "words"

    levels = result.report["hardware"]["generated_c, small"]["levels"]
    assert {name: level["status"] for name, level in levels.items()} == {
        "csim": "PASS",
        "graph": "SKIP",
        "rtl": "SKIP",
    }
    assert levels["csim"]["exact"] == 1.0
    assert levels["csim"]["num_ordinary"] == 30 < levels["csim"]["num_events"]
    assert levels["csim"]["num_flips"] == 0
    titles = [picture["title"] for picture in result.report["pictures"]]
    assert "there: student small" in titles

    # What was read back is what was judged, and its program computes what torch does.
    network = compressed.network("small", compressed.seeds[0])
    assert isinstance(network, FixedPointNetwork)
    events = compressed.assembly.targets["there"].events("test").take(np.arange(50))
    with torch.no_grad():
        prediction = network(events)
        words = network.words(events)
    assert np.array_equal(network.program().predict(words.numpy()).values, prediction.numpy())
    judged = compressed.scores("small", compressed.seeds[0], "quantize")
    scores = compressed.assembly.task.scores(prediction).numpy()
    np.testing.assert_allclose(judged[:50], scores, rtol=1e-6)
    assert not torch.equal(prediction, compressed.network("small", compressed.seeds[1])(events))


def test_the_same_run_again_is_the_same_and_a_changed_file_is_refused(toy_run, result, compressed):
    before = Path(result.folder, "report.json").read_bytes()
    stored = compressed.folder("small", compressed.seeds[0], "quantize")
    first = (stored / "parameters.safetensors").read_bytes()
    toy_run(*FEW)
    assert (stored / "parameters.safetensors").read_bytes() == first
    assert Path(result.folder, "report.json").read_bytes() == before

    (stored / "parameters.safetensors").write_bytes(first[:-1] + bytes([first[-1] ^ 1]))
    with pytest.raises(HashMismatchError):
        compressed.network("small", compressed.seeds[0])
    (stored / "parameters.safetensors").unlink()
    stored.rename(stored.with_name("gone"))
    with pytest.raises(StageMissingError):
        compressed.network("small", compressed.seeds[0])


def test_the_manifest_names_every_file(result):
    folder = Path(result.folder, "deploy", "generated_c", "small")
    listed = {
        entry["name"] for entry in json.loads((folder / "manifest.json").read_text())["files"]
    }
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == listed | {"manifest.json"}
    assert {"golden.npz", "verdict.json", "metrics.json", "io.json"} <= listed


def test_a_student_is_questioned_in_the_fine_tuned_networks_place(result, compressed):
    view = StudentView(compressed, "small")
    assert isinstance(view, RunView)
    assert (view.targets, list(view.seeds)) == (["there"], compressed.seeds)
    events = view.events("there", "test").take(np.arange(10))
    seed = compressed.seeds[0]
    student, teacher = (view.trained("there", arm, seed) for arm in ("fine_tuned", "zero_shot"))
    assert torch.equal(student(events), view.predict(events))
    assert torch.equal(teacher(events), compressed.teacher(seed)(events))
    assert (view.called("fine_tuned"), view.called("twin_equal_steps")) == (
        "student small",
        "teacher",
    )
    assert asked_at(compressed.assembly, Moment.COMPRESSED) == [("cross_check", "small")]
    asked = [v["safeguard"] for v in result.report["verdicts"]]
    assert asked == ["cross_check: there, small"]
    assert all(
        picture["title"].startswith("there, small: ")
        for verdict in result.report["verdicts"]
        for picture in verdict["pictures"]
    )


def test_a_network_without_students_is_pruned_itself(toy_run):
    own = [each for each in FEW if "students" not in each and not each.startswith("compressor")]
    result = toy_run(*own, "compressor=[prune]", "compressor.prune.steps=10", "hardware=[]")
    steps = result.report["compressed"]["network"]["steps"]
    assert [step["name"] for step in steps] == ["teacher", "prune"]
    assert steps[1]["num_not_zero"] < steps[0]["num_not_zero"]
