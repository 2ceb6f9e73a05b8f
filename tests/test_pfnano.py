"""CMS PFNano, the whole way: file, adapter, fine-tuning, report, bundle, and elsewhere its scores.

The file is collaborators' own (10 simulated collisions of high-energy jets, BSD-3, from coffea's
tests); it is no part of the project. It holds one process only, so that the label of the
fine-tuning step is what the file itself counts: whether a collision has a third wide jet.
"""

import os
import site
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from vierbein.cli.main import main
from vierbein.experiment.run import run

FILE = Path(__file__).parents[2] / "shared" / "data" / "real" / "pfnano.root"
ADAPTER = '''\
"""Particle-flow candidates of CMS PFNano."""

from vierbein.events.mapping import Mapping
from vierbein.interfaces.adapter import Adapter

ENERGY = "sqrt((PFCands_pt * cosh(PFCands_eta))**2 + PFCands_mass**2)"
KINDS = {"charged_hadron": 211, "neutral_hadron": 130, "photon": 22, "electron": 11, "muon": 13}
ETA = "sum(PFCands_pt * PFCands_eta) / sum(PFCands_pt)"


class Pfnano(Adapter):
    """A collision's first candidates, in the features of jets around its own axis."""

    def __init__(self) -> None:
        scalar = {"role": "scalar"}
        features = {
            "log_pt": {"value": "log(PFCands_pt)", "unit": "log(GeV)"},
            "log_e": {"value": f"log({ENERGY})", "unit": "log(GeV)"},
            "log_pt_rel": "log(PFCands_pt / sum(PFCands_pt))",
            "log_e_rel": f"log({ENERGY} / sum({ENERGY}))",
            "deta": f"PFCands_eta - {ETA}",
            "dphi": {"value": "PFCands_phi", "unit": "rad"},
            "delta_r": f"hypot(PFCands_eta - {ETA}, PFCands_phi)",
            "charge": {"value": "PFCands_charge", "unit": "e", **scalar},
            "tanh_d0": "tanh(PFCands_d0 / 0.1)",
        }
        for name, code in KINDS.items():
            features[f"is_{name}"] = {"value": f"abs(PFCands_pdgId) == {code}", **scalar}
        mapping = {
            "domain": "cms_pfnano",
            "p4": {
                "E": ENERGY,
                "px": "PFCands_pt * cos(PFCands_phi)",
                "py": "PFCands_pt * sin(PFCands_phi)",
                "pz": "PFCands_pt * sinh(PFCands_eta)",
            },
            "features": features,
            "truth": {"process": {"value": "nFatJet > 2", "codes": {"0": 0, "1": 1}}},
            "event_id": "event",
            "max_particles": 64,
            "largest_energy": 100_000.0,
        }
        super().__init__(Mapping.from_json(mapping))
'''
EXPERIMENT = """\
# @package _global_
defaults:
  - override /dataset: root
  - override /adapter: pfnano
  - override /backbone: particle_transformer_tiny
  - override /task: jet_classification
  - override /tuner: [lora]
  - _self_
name: pfnano
base: vierbein_collider:bases/jets_tiny
stages: [adapt, compare, report]
splits: {train: 0.4, validation: 0.2, test: 0.4}
training: {batch_size: 4, learning_rate: 1e-3, looks: 2}
compare: {arms: [fine_tuned], sizes: [6], seeds: 1, steps: 2, workers: 1}
"""


@pytest.fixture
def collaboration(tmp_path, monkeypatch):
    """A folder with the collaboration's adapter, installed by its metadata, and its experiment."""
    if not FILE.is_file():
        pytest.skip(f"{FILE.name} is not here: it would be at ../shared/data/real")
    info = tmp_path / "vierbein_pfnano-1.0.dist-info"
    for folder in (info, tmp_path / "vierbein_pfnano", tmp_path / "conf" / "experiment"):
        folder.mkdir(parents=True)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.3\nName: vierbein-pfnano\nVersion: 1.0\n"
        "Requires-Dist: vierbein>=0.1,<0.2\n"
    )
    (info / "entry_points.txt").write_text(
        "[vierbein.v1.adapter]\npfnano = vierbein_pfnano.pfnano:Pfnano\n"
    )
    (tmp_path / "vierbein_pfnano" / "__init__.py").write_text("")
    (tmp_path / "vierbein_pfnano" / "pfnano.py").write_text(ADAPTER)
    (tmp_path / "conf" / "experiment" / "pfnano.yaml").write_text(EXPERIMENT)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fresh_environment(folder):
    """Make a virtual environment that sees what is installed here, and nothing of this process."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    (library,) = (folder / "venv").glob("lib/python*/site-packages")
    lines = [f"import site; site.addsitedir({place!r})" for place in site.getsitepackages()]
    (library / "development.pth").write_text("\n".join(lines) + "\n")
    environment = {"HOME": str(folder), "PATH": os.defpath, "OMP_NUM_THREADS": "2"}

    def vierbein(*words):
        command = [folder / "venv" / "bin" / "python", "-m", "vierbein", *words]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return vierbein


def test_a_real_file_goes_all_the_way_and_its_scores_come_back_elsewhere(
    collaboration, tmp_path_factory
):
    result = run("pfnano", [f"dataset.path={FILE}"], is_quiet=True)
    assert result.report["domains"]["cms_pfnano"]["num_events"] == 10
    extra = result.report["loading"]["cms_pfnano"]
    assert extra["extra_features"] == [] == list(extra["stand_ins"])
    words = ["runs/pfnano", str(FILE), "-o", "scores.parquet"]
    assert main(["predict", *words]) == 0
    words = ["runs/pfnano", "-o", "pfnano.vbn", "--licence", "BSD-3-Clause"]
    assert main(["adapter", "pack", *words]) == 0

    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "received.vbn").write_bytes(Path("pfnano.vbn").read_bytes())
    vierbein = fresh_environment(elsewhere)
    assert "pfnano" not in vierbein("plugins", "list", "--kind", "adapter").stdout
    done = vierbein("predict", "received.vbn", str(FILE), "-o", "scores.parquet")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "10 events scored: scores.parquet\n"
    ours, theirs = (
        (folder / "scores.parquet").read_bytes() for folder in (collaboration, elsewhere)
    )
    assert ours == theirs
    scores = pq.read_table(elsewhere / "scores.parquet")
    assert min(scores["event_id"].to_pylist()) == 1735801
    assert np.std(scores["score_p_top"].to_numpy()) > 0
