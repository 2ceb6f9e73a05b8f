"""The documentation's commands compose, its code runs, and it names what there is."""

import importlib
import re
import shlex
import shutil
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vierbein.cli.main import COMMANDS
from vierbein.config.sweep import expand
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.observables import compute
from vierbein.experiment.run import configure
from vierbein.registry.installed import installed
from vierbein.registry.kinds import KINDS, SPECIAL

DOCS = Path(__file__).parent.parent / "docs"
BENCHMARKS = DOCS.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
bundle_workshop = importlib.import_module("bundle_workshop")
sys.path.remove(str(BENCHMARKS))


def text(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    fenced = re.findall(r"^```(.*?)\n(.*?)^```$", text(page), re.MULTILINE | re.DOTALL)
    return [content for words, content in fenced if words == language]


def commands() -> list[str]:
    lines = [
        line.removeprefix(".venv/bin/")
        for page in sorted(DOCS.glob("**/*.md"))
        for block in blocks(str(page.relative_to(DOCS)), "")
        for line in block.splitlines()
    ]
    return sorted({line for line in lines if line.startswith("vierbein ")})


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the plugin that the pages write, and work in a folder with their experiment."""
    info, package = tmp_path / "vierbein_lab-0.1.0.dist-info", tmp_path / "vierbein_lab"
    info.mkdir()
    package.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.3\nName: vierbein-lab\nVersion: 0.1.0\n"
        "Requires-Dist: vierbein>=0.1,<0.2\n"
    )
    (info / "entry_points.txt").write_text(
        "[vierbein.v1.observable]\nleading_energy = vierbein_lab.leading_energy:LeadingEnergy\n"
        "[vierbein.v1.adapter]\nmy_detector = vierbein_lab.my_detector:MyDetector\n"
    )
    (package / "__init__.py").write_text('"""A plugin."""\n')
    (observable,) = blocks("how-to/install_a_plugin.md", "python")
    (package / "leading_energy.py").write_text(observable)
    (adapter,) = blocks("how-to/use_your_own_files.md", "python")
    (package / "my_detector.py").write_text(adapter)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    # Experiments that span plugins stand in the clone, where the pages' readers are.
    shutil.copytree(DOCS.parent / "conf", tmp_path / "conf")
    experiment, *presets = blocks("how-to/compose_with_overrides.md", "yaml")
    (tmp_path / "conf" / "experiment" / "more_seeds.yaml").write_text(experiment)
    (tmp_path / "conf" / "tuner").mkdir()
    for preset in presets:  # each says in its first line where it stands
        (tmp_path / preset.splitlines()[0].removeprefix("# ")).write_text(preset)
    bundle = bundle_workshop.Workshop.make(tmp_path).bundle.to_bytes()
    for name in ("mydetector.vbn", "shelf/mydetector.vbn"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(bundle)
    monkeypatch.setenv("VIERBEIN_ADAPTERS", str(tmp_path / "shelf"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_run_that_the_pages_show_composes(lab: Path) -> None:
    runs = [shlex.split(line)[2:] for line in commands() if line.startswith("vierbein run ")]
    assert len(runs) > 10
    for words in runs:
        overrides = [word for word in words if not word.startswith("--")]
        for each in expand(overrides) if "--multirun" in words else [overrides]:
            assert configure(overrides=each)["name"]


def test_every_component_that_the_pages_show_is_installed() -> None:
    names = [line.split()[3] for line in commands() if line.startswith("vierbein plugins show ")]
    assert [name for name in names if name != "NAME" and not installed().kinds_of(name)] == []


def test_the_adapter_of_the_page_reads_a_file_and_fits_the_base(lab: Path) -> None:
    rng = np.random.default_rng(0)
    num, tracks = 40, 5
    pt = rng.uniform(1e3, 9e4, (num, tracks))
    eta = rng.uniform(-0.3, 0.3, (num, tracks))
    per_event = {"number": np.arange(num), "process": np.arange(num) % 2}
    per_event |= {"jet_pt": np.full(num, 500.0), "jet_e": np.full(num, 600.0)}
    per_event |= {"jet_eta": np.zeros(num), "jet_phi": np.full(num, 3.1)}
    per_track = {"trk_pt": pt, "trk_e": pt * np.cosh(eta), "trk_eta": eta}
    per_track |= {"trk_phi": rng.uniform(-3.1, 3.1, (num, tracks)), "trk_q": np.ones((num, tracks))}
    columns = {name: pa.array(values) for name, values in per_event.items()}
    columns |= {name: pa.array(values.tolist()) for name, values in per_track.items()}
    pq.write_table(pa.table(columns), lab / "events.parquet")

    (line,) = (x for x in commands() if "adapter=my_detector" in x)
    observables = "observable=[jet_pt,jet_mass,multiplicity,leading_energy]"
    overrides = [*shlex.split(line)[2:], observables]
    assembly = Assembly(configure(overrides=overrides))
    domain = assembly.targets["mydetector"]
    network, loaded = assembly.from_base(domain, None, seed=0)
    assert network.projection.extra == ()
    assert set(network.projection.defaulted) == set(domain.adapter.stand_ins)
    assert all(row.new == row.dropped == 0 for row in loaded.rows)
    energy = compute(assembly.observables, domain.table)["leading_energy"]
    assert energy == pytest.approx((pt * np.cosh(eta)).max(axis=1) / 1e3, rel=1e-5)


def test_the_mapping_of_the_page_survives_json(lab: Path) -> None:
    names: dict[str, object] = {}
    exec("from vierbein_lab.my_detector import MyDetector", names)  # noqa: S102 - our own page
    (code,) = blocks("how-to/publish_an_adapter.md", "python")
    exec(code, names)  # noqa: S102


def test_every_command_and_kind_is_described() -> None:
    described = text("reference/commands.md")
    assert [name for name in COMMANDS if f"`vierbein {name} " not in described] == []
    kinds = text("how-to/install_a_plugin.md")
    assert [kind for kind in (*KINDS, *SPECIAL) if f"{kind}`" not in kinds] == []


def test_every_page_is_reached_from_the_index() -> None:
    reached = set(re.findall(r"^[\w/-]+$", text("index.md"), re.MULTILINE))
    pages = {str(page.relative_to(DOCS).with_suffix("")) for page in DOCS.glob("**/*.md")}
    assert {page for page in pages if not page.startswith("_build/")} - {"index"} <= reached
