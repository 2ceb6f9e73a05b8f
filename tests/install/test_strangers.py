"""Strangers' plugins, built as wheels outside this repository, work beside bad ones."""

import json
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

PROJECT = """\
build-system = {{ requires = ["flit_core>=3.11,<5"], build-backend = "flit_core.buildapi" }}
[project]
name = "{name}"
version = "{version}"
description = "A stranger's plugin."
dependencies = ["vierbein>=0.1,<0.2"]
{entries}"""
BACKBONE = '''
import torch
from torch import nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation


class StrangeSets(Backbone):
    """A mean over particles of a function of each.

    Parameters
    ----------
    width
        Of the representation.
    """

    def __init__(self, schema: FeatureSchema, width: int = 16) -> None:
        super().__init__()
        self.schema, self.width = schema, width
        self.entry = nn.Linear(len(schema.names), width)
        self.exit = nn.Linear(width, width)

    def forward(self, events: EventBatch) -> Representation:
        mask = events.padded.mask.unsqueeze(-1)
        particles = torch.tanh(self.entry(events.padded.features)) * mask
        return Representation(
            self.exit(particles.sum(1) / mask.sum(1).clamp(min=1)), particles, events.padded.mask
        )

    def blocks(self) -> list[nn.Module]:
        return [self.entry, self.exit]
'''
ADAPTER = '''
from vierbein.events.mapping import Mapping
from vierbein.interfaces.adapter import Adapter


class StrangeDetector(Adapter):
    """Tracks with momenta in MeV.

    Parameters
    ----------
    domain
        Name of the detector domain.
    """

    def __init__(self, domain: str = "strange") -> None:
        mapping = {
            "domain": domain,
            "units": {"trk_px": "MeV", "trk_py": "MeV", "trk_pz": "MeV"},
            "p4": {
                "E": "sqrt(trk_px**2 + trk_py**2 + trk_pz**2)",
                "px": "trk_px", "py": "trk_py", "pz": "trk_pz",
            },
            "features": {"log_pt": {"value": "log(hypot(trk_px, trk_py))", "unit": "log(GeV)"}},
            "truth": {"process": {"value": "process", "codes": {"0": 0, "1": 1}}},
            "event_id": "number",
        }
        super().__init__(Mapping.from_json(mapping))
'''
SAFEGUARD = '''
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict


class StrangeCount(Safeguard):
    """Fails where a domain has too few test events.

    Parameters
    ----------
    least
        As few will do.
    """

    moment = Moment.DATA_READY

    def __init__(self, least: int = 100) -> None:
        self.least = least

    def question(self, view: RunView) -> list[Verdict]:
        verdicts = []
        for domain in view.targets:
            num = len(view.events(domain, "test"))
            answer = Answer.PASS if num >= self.least else Answer.FAIL
            figure = Figure("test events", num, num, num)
            verdicts.append(
                Verdict(f"strange_count: {domain}", answer, f"{num}.", figure, self.least, 0.0)
            )
        return verdicts
'''
HOOKS = """
from pathlib import Path

import pluggy

hookimpl = pluggy.HookimplMarker("vierbein")


@hookimpl
def data_ready(domains):
    Path("heard.txt").write_text(f"{domains}\\n")


@hookimpl
def verdicts(verdicts):
    with Path("heard.txt").open("a") as file:
        file.write(f"{[v.safeguard for v in verdicts]}\\n")
"""
HOSTILE = """\
# @package _global_
defaults: [ours]
dataset: {_target_: os.mkdir, path: pwned}
"""
EXPERIMENT = """\
# @package _global_
defaults:
  - /dataset@source.dataset: parquet
  - /adapter@source.adapter: strange_detector
  - override /dataset: parquet
  - override /task: jet_classification
  - override /tuner: [full]
  - _self_
name: ours
source: {dataset: {path: here.parquet}, adapter: {domain: here}}
dataset: {path: there.parquet}
stages: [pretrain, adapt, compare, question, report]
pretrain: {steps: 40, learning_rate: 1e-2}
compare:
  arms: [zero_shot, fine_tuned, twin_equal_steps]
  sizes: [80]
  seeds: 1
  steps: 20
  replicas: 20
  test_events: 300
  workers: 1
"""
RUN = ("experiment=ours", "backbone=strange_sets", "adapter=strange_detector")
RUN += ("safeguard=[strange_count]", "safeguard.least=50")


def _distribution(root, name, entries, files, version="2.3"):
    """Write the folder of a stranger's distribution; gives it."""
    folder, package = root / name, name.replace("-", "_")
    for path, text in {"__init__.py": "", **files}.items():
        (folder / package / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / package / path).write_text(text)
    lines = "".join(
        f'entry-points."{group if "." in group else f"vierbein.v1.{group}"}" = '
        f'{{ {key} = "{target}" }}\n'
        for group, (key, target) in entries.items()
    )
    (folder / "pyproject.toml").write_text(
        PROJECT.format(name=name, version=version, entries=lines)
    )
    return folder


def _escaping_wheel(folder):
    """Write the wheel of a plugin whose entry point leads out of its package, by hand."""
    info = "strange_escape-1.0.dist-info"
    parts = {
        "strange_escape.py": "raise RuntimeError('imported')\n",
        f"{info}/METADATA": "Metadata-Version: 2.3\nName: strange-escape\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[vierbein.v1.backbone]\nescape = ../../strange_escape:E\n",
    }
    parts[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in (*parts, f"{info}/RECORD"))
    file = folder / "strange_escape-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as wheel:
        for name, text in parts.items():
            wheel.writestr(name, text)
    return file


def _records(file, seed, num=600):
    rng = np.random.default_rng(seed)
    process = rng.integers(0, 2, num)
    columns = {"process": process.tolist(), "number": (np.arange(num) + 1000 * seed).tolist()}
    for name in ("trk_px", "trk_py", "trk_pz"):
        columns[name] = [rng.normal(0, 500 * (1 + kind), 4).tolist() for kind in process]
    pq.write_table(pa.table(columns), file)


@pytest.fixture(scope="module")
def strangers(build, tmp_path_factory):
    """Build the strangers' wheels, good and bad; gives them by distribution."""
    root = tmp_path_factory.mktemp("strangers")
    good = [
        ("backbone", "strange_sets", "StrangeSets", BACKBONE),
        ("adapter", "strange_detector", "StrangeDetector", ADAPTER),
        ("safeguard", "strange_count", "StrangeCount", SAFEGUARD),
    ]
    bad = [
        ("broken", "backbone", "broken", "import no_such_thing\n"),
        ("clash", "tuner", "lora", "class Part: ...\n"),
        ("future", "vierbein.v2.backbone", "future", "class Part: ...\n"),
    ]
    folders = []
    for kind, name, cls, text in good:
        entries, files = {kind: (name, f"strange_{kind}.part:{cls}")}, {"part.py": text}
        if kind == "safeguard":
            entries["hooks"] = ("strange_hooks", "strange_safeguard.hooks")
            files["hooks.py"] = HOOKS
        folders.append(_distribution(root, f"strange-{kind}", entries, files))
    for word, group, name, text in bad:
        entries = {group: (name, f"strange_{word}.part:Part")}
        folders.append(_distribution(root, f"strange-{word}", entries, {"part.py": text}))
    files = {"hooks.py": "raise SystemExit('imported')\n"}
    files["conf/experiment/hostile.yaml"] = HOSTILE
    entries = {"hooks": ("hostile", "strange_hostile.hooks")}
    folders.append(_distribution(root, "strange-hostile", entries, files))
    built = [*build(*folders), _escaping_wheel(root)]
    return {wheel.name.partition("-")[0].replace("_", "-"): wheel for wheel in built}


@pytest.fixture(scope="module")
def work(environment, strangers, tmp_path_factory):
    """Install all of them beside vierbein's, and run; gives the working folder."""
    environment.install(*strangers.values())
    folder = tmp_path_factory.mktemp("work")
    (folder / "conf/experiment").mkdir(parents=True)
    (folder / "conf/experiment/ours.yaml").write_text(EXPERIMENT)
    _records(folder / "here.parquet", 1)
    _records(folder / "there.parquet", 2)
    environment.run("vierbein", "run", *RUN, cwd=folder)
    return folder


def test_an_experiment_composes_all_three_and_each_takes_part(work):
    report = json.loads((work / "runs/ours/report.json").read_text())
    used = {
        (c["place"], c["name"]): (c["distribution"], c["version"]) for c in report["components"]
    }
    assert used["backbone", "strange_sets"] == ("strange-backbone", "2.3")
    assert used["adapter", "strange_detector"] == ("strange-adapter", "2.3")
    assert used["safeguard.strange_count", "strange_count"] == ("strange-safeguard", "2.3")
    assert report["versions"]["strange-backbone"] == "2.3"
    (verdict,) = report["verdicts"]
    assert (verdict["safeguard"], verdict["answer"]) == ("strange_count: strange", "pass")
    assert verdict["threshold"] == 50
    assert list(report["comparison"]) == ["strange"]
    base = json.loads((work / "runs/ours/pretrain/base/card.json").read_text())
    assert [f["name"] for f in base["schema"]["features"]] == ["log_pt"]
    assert (work / "heard.txt").read_text() == "{'strange': 600}\n['strange_count: strange']\n"


def test_a_failing_stranger_s_safeguard_decides_the_exit_status(environment, work):
    words = [*RUN, "safeguard.least=100000", "run_folder=failing", "stages=[report]"]
    environment.run("vierbein", "run", *words, cwd=work, status=3)


def test_nothing_of_the_bad_ones_was_imported_and_each_is_named_with_its_cure(environment, work):
    named = ("backbone", "adapter", "safeguard", "broken", "clash", "future", "hostile")
    words = ["plugins", "doctor", "--json", *(f"strange-{name}" for name in named)]
    document = json.loads(environment.run("vierbein", *words, cwd=work, status=2))
    told = {problem["distribution"]: problem["message"] for problem in document["problems"]}
    cures = {
        "strange-broken": "does not declare what provides 'no_such_thing': tell its author",
        "strange-clash, vierbein-tuners": "tuner=strange-clash/lora",
        "strange-future": "Update vierbein:  pip install -U vierbein",
        "strange-hostile": "VIERBEIN_DISABLE_PLUGINS=strange-hostile",
    }
    assert set(told) == set(cures)
    assert all(cure in told[name] for name, cure in cures.items())
    states = {c["name"]: c["state"] for row in document["distributions"] for c in row["components"]}
    sound = {"strange_sets", "strange_detector", "strange_count", "strange_hooks"}
    assert {states[name] for name in sound} == {"sound"}
    shown = environment.run("vierbein", "plugins", "list", cwd=work)
    assert "'escape = ../../strange_escape:E' is not of the form" in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("backbone=broken",), "No module named 'no_such_thing'"),
        (("tuner=lora",), "tuner=vierbein-tuners/lora"),
        (("backbone=future",), "is written for plugin API v2"),
        (("backbone=escape",), "No backbone named 'escape' is installed."),
        (("experiment=hostile",), "_target_"),
        (("hooks=[strange-hostile]",), "SystemExit: imported"),
    ],
)
def test_choosing_a_bad_one_is_refused_by_name(environment, work, words, told):
    kept = [word for word in RUN if word.partition("=")[0] != words[0].partition("=")[0]]
    shown = environment.run("vierbein", "run", *kept, *words, "run_folder=bad", cwd=work, status=2)
    assert told in shown
    assert "Traceback" not in shown
    assert not (work / "pwned").exists()


def test_the_clash_is_settled_by_the_distribution(environment, work):
    words = ["tuner=vierbein-tuners/lora", "--cfg"]
    shown = environment.run("vierbein", "run", *RUN, *words, cwd=work)
    assert "tuner/vierbein-tuners/lora" in shown


def test_the_bundle_of_the_adapter_does_without_its_plugin(
    fresh, environment, strangers, work, tmp_path
):
    bundle, file = tmp_path / "strange.vbn", work / "there.parquet"
    words = ["adapter", "pack", "runs/ours", "-o", bundle, "--name", "strange"]
    environment.run("vierbein", *words, cwd=work)
    environment.run(
        "vierbein", "predict", "runs/ours", file, "-o", tmp_path / "1.parquet", cwd=work
    )
    elsewhere = fresh(strangers["strange-backbone"], strangers["strange-safeguard"])
    elsewhere.run("vierbein", "adapter", "install", bundle, cwd=tmp_path)
    elsewhere.run("vierbein", "predict", "strange", file, "-o", "2.parquet", cwd=tmp_path)
    assert pq.read_table(tmp_path / "1.parquet").equals(pq.read_table(tmp_path / "2.parquet"))
    theirs = EXPERIMENT.replace("strange_detector", "strange").replace(
        ", adapter: {domain: here}", ""
    )
    (tmp_path / "conf/experiment").mkdir(parents=True)
    (tmp_path / "conf/experiment/ours.yaml").write_text(theirs)
    for name in ("here", "there"):
        (tmp_path / f"{name}.parquet").symlink_to(work / f"{name}.parquet")
    words = [word.replace("strange_detector", "strange") for word in RUN]
    elsewhere.run("vierbein", "run", *words, cwd=tmp_path)
    report = json.loads((tmp_path / "runs/ours/report.json").read_text())
    used = {c["distribution"] for c in report["components"]}
    assert {"strange-backbone", "strange-safeguard"} <= used
    assert "strange-adapter" not in used
    assert list(report["comparison"]) == ["strange"]
    elsewhere.run("vierbein", "plugins", "lock", "runs/ours", cwd=tmp_path)
    elsewhere.run("vierbein", "run", *words, "--locked", cwd=tmp_path)


def test_a_lock_of_the_run_refuses_another_version(environment, work, build, tmp_path):
    environment.run("vierbein", "plugins", "lock", "runs/ours", cwd=work)
    lock = json.loads((work / "vierbein.lock").read_text())["distributions"]
    strangers = {name for name in lock if name.startswith("strange")}
    assert strangers == {"strange-backbone", "strange-adapter", "strange-safeguard"}
    environment.run("vierbein", "run", *RUN, "--locked", cwd=work)
    entries = {"backbone": ("strange_sets", "strange_backbone.part:StrangeSets")}
    newer = {"part.py": BACKBONE.replace("torch.tanh", "torch.sin")}
    folder = _distribution(tmp_path, "strange-backbone", entries, newer)
    environment.install("--force-reinstall", *build(folder))
    shown = environment.run("vierbein", "run", *RUN, "--locked", cwd=work, status=2)
    assert "strange-backbone: 2.3 is installed with other files" in shown
    assert "It differs in 1:" in shown
