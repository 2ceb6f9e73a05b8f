"""What `plugins new` writes installs, keeps its contract, and takes part in a run."""

import json
import re
from pathlib import Path

import pytest

from vierbein.registry.kinds import KINDS, SPECIAL

ALL = (*KINDS, *SPECIAL)
EXPERIMENT = """\
# @package _global_
defaults:
  - /dataset@source.dataset: new_dataset
  - /adapter@source.adapter: new_adapter
  - override /dataset: new_dataset
  - override /adapter: new_adapter_elsewhere
  - override /backbone: new_backbone
  - override /task: new_task
  - override /objective: new_objective
  - override /tuner: [new_tuner]
  - override /observable: [new_observable]
  - override /safeguard: [new_safeguard]
  - override /hardware: [new_hardware]
  - _self_
name: scaffolds
hooks: [vierbein-new-hooks]
source: {dataset: {seed: 1, num_events: 2000}}
dataset: {seed: 2, num_events: 2000}
pretrain: {steps: 60, learning_rate: 1e-2}
compare:
  arms: [zero_shot, fine_tuned, twin_equal_steps, baseline]
  sizes: [100]
  seeds: 1
  steps: 20
  replicas: 20
  test_events: 400
  workers: 1
"""


@pytest.fixture(scope="module")
def work(environment, tmp_path_factory):
    """Write a plugin of every kind, and install all of them for editing."""
    folder = tmp_path_factory.mktemp("work")
    for kind in ALL:
        environment.run(
            "vierbein", "plugins", "new", f"vierbein-new-{kind}", "--kind", kind, cwd=folder
        )
    made = sorted(folder.glob("vierbein-new-*"))
    assert len(made) == len(ALL)
    environment.install(*(word for path in made for word in ("-e", path)))
    return folder


@pytest.mark.parametrize("kind", ALL)
def test_its_contract_holds(environment, work, kind):
    shown = environment.run("python", "-m", "pytest", "-q", cwd=work / f"vierbein-new-{kind}")
    assert " passed" in shown
    # This adapter gives no PDG codes; nothing else may be left unchecked.
    skipped = re.findall(r"skipped: (\S+ \w+)", shown)
    assert skipped == (["adapter=new_adapter test_pdg_codes"] if kind == "adapter" else [])


def test_doctor_finds_nothing_and_the_list_shows_all(environment, work):
    document = json.loads(environment.run("vierbein", "plugins", "list", "--json", cwd=work))
    names = {(c["kind"], c["name"]): c["summary"] for c in document["components"]}
    assert all(names[kind, f"new_{kind}"] for kind in ALL)
    for kind in ("tuner", "command", "hooks"):
        environment.run("vierbein", "plugins", "doctor", f"vierbein-new-{kind}", cwd=work)
    assert "torch " in environment.run("vierbein", "new_command", cwd=work)


def test_one_run_uses_all_that_a_run_can_choose(environment, work):
    Path(work, "conf/experiment").mkdir(parents=True)
    Path(work, "conf/experiment/scaffolds.yaml").write_text(EXPERIMENT)
    shown = environment.run("vierbein", "run", "experiment=scaffolds", cwd=work)
    report = json.loads((work / "runs/scaffolds/report.json").read_text())
    chosen = {
        c["kind"] for c in report["components"] if c["distribution"].startswith("vierbein-new")
    }
    assert chosen == {*KINDS} - {"compressor", "generator"}
    assert "new_hooks: scaffolds: " in shown
    assert [v["safeguard"] for v in report["verdicts"]] == ["new_safeguard: elsewhere"]
    (level,) = {
        name
        for name, said in report["hardware"]["new_hardware"]["levels"].items()
        if said["status"] == "PASS"
    }
    assert level == "graph"
    arms = report["comparison"]["elsewhere"]["sizes"]["100"]["arms"]
    # The tuner's biases of two layers of 32, and a new head.
    assert arms["fine_tuned"]["num_tuned"] == [32 + 32 + 33]
    # Every particle of process 1 has twice the momentum: the truth is easy to see, and not fully.
    assert 0.1 < arms["fine_tuned"]["metric"]["value"] < 0.9


@pytest.mark.parametrize("kind", ["compressor", "generator"])
def test_what_no_stage_uses_yet_composes(environment, work, kind):
    shown = environment.run("vierbein", "run", f"{kind}=new_{kind}", "--cfg", cwd=work)
    assert f"vierbein-new-{kind}/new_{kind}" in shown
