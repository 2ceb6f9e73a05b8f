import json

import numpy as np
import pytest

from vierbein.errors.records import EmptyFileError, MissingColumnError
from vierbein_collider.datasets.jet_sample import JetSample
from vierbein_collider.datasets.pythia_jets import PythiaJets
from vierbein_collider.errors import GeneratorNotInstalledError, UnknownProcessError
from vierbein_collider.generation import optional as extra


def test_a_misspelt_process_is_named():
    with pytest.raises(UnknownProcessError, match="Did you mean quark"):
        PythiaJets(processes=["quarc"])


def test_no_jets_at_all_is_an_error():
    with pytest.raises(EmptyFileError, match="pythia8"):
        next(PythiaJets(num_jets=0).read(["event_id"]))


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(extra, "import_module", missing)
    with pytest.raises(GeneratorNotInstalledError, match="pip install 'vierbein-collider"):
        next(PythiaJets().read(["event_id"]))


@pytest.mark.generator
def test_a_weaker_shower_gives_lighter_jets_and_the_usual_one_the_shipped_bytes():
    pytest.importorskip("pythia8mc")
    pytest.importorskip("fastjet")

    def masses(alpha_s, num):
        (jets,) = PythiaJets("cms", ["qcd"], num, seed=2026, alpha_s=alpha_s).read(["jet_mass"])
        return jets["jet_mass"]

    shipped = next(JetSample("cms").read(["process", "jet_mass"]))
    assert np.array_equal(masses(0.1365, 5), shipped["jet_mass"][shipped["process"] == 0][:5])
    assert np.median(masses(0.06, 60)) < 0.85 * np.median(masses(0.2, 60))


@pytest.mark.generator
def test_it_reads_what_is_asked_for_and_says_how_it_was_made():
    pytest.importorskip("pythia8mc")
    pytest.importorskip("fastjet")
    jets = PythiaJets("calo", ["top"], num_jets=5, seed=4)
    run = next(jets.read(["event_id", "part_pt"]))
    assert set(run.columns) == {"event_id", "part_pt"}
    assert len(run) == 5
    with pytest.raises(MissingColumnError, match="part_dxy"):
        next(jets.read(["part_dxy"]))
    provenance = json.loads(json.dumps(jets.provenance()))
    assert provenance["versions"]["pythia8mc"] == "8.317.2"
    assert provenance != json.loads(json.dumps(PythiaJets("calo", ["top"], 5, seed=5).provenance()))
