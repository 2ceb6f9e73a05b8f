"""Each component of this plugin keeps the contract of its kind."""

from importlib.util import find_spec

import numpy as np
import pytest

from vierbein.events.jagged import Jagged
from vierbein.events.records import Records
from vierbein.testing.adapter import AdapterContract
from vierbein.testing.command import CommandContract
from vierbein.testing.dataset import DatasetContract
from vierbein.testing.observable import ObservableContract
from vierbein.testing.task import TaskContract

COLUMNS = ("part_pt", "part_kind", "jet_pt", "process")
PARTICLES = {
    "part_pt": [100.0, 20.0, 5.0],
    "part_deta": [0.0, 0.1, -0.2],
    "part_dphi": [0.0, 0.0, 0.1],
    "part_e": [100.0, 20.0, 5.0],
    "part_charge": [1.0, -1.0, 0.0],
    "part_kind": [0.0, 3.0, 2.0],
    "part_d0": [0.1, 0.0, 0.0],
}


class _Jets(AdapterContract):
    def records(self):
        """Give a jet of two candidates and one of a single one, along the x axis."""
        offsets = np.array([0, 2, 3])
        columns = {name: Jagged(np.array(values), offsets) for name, values in PARTICLES.items()}
        per_jet = {"jet_pt": 120.0, "jet_eta": 0.0, "jet_phi": 0.0, "jet_mass": 12.0}
        columns |= {name: np.full(2, value) for name, value in per_jet.items()}
        columns |= {"process": np.array([0, 1]), "event_id": np.array([7, 8])}
        named = self.example().columns()
        return Records({name: columns[name] for name in named}, "two jets")

    def expected(self):
        """Give what they are: massless, at the jet's direction plus their own angles."""
        pt, eta, phi = (np.array(PARTICLES[name]) for name in ("part_pt", "part_deta", "part_dphi"))
        momentum = [pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)]
        return {
            "p4": np.stack(momentum, axis=1),
            "features.log_pt_rel": np.log(pt / 120.0),
            "truth.process": [0, 1],
            "event_id": [7, 8],
            **self.tracks,
        }

    # Impact parameters are in mm in the file: 0.1 mm is 0.01 cm, a tenth of the scale.
    tracks = {
        "features.charge": [1, -1, 0],
        "features.is_electron": [0, 1, 0],
        "features.tanh_d0": [np.tanh(0.1), 0, 0],
    }


class TestJetsAtlas(_Jets):
    component = "jets_atlas"


class TestJetsCms(_Jets):
    component = "jets_cms"


class TestJetsCalo(_Jets):
    component = "jets_calo"
    tracks = {}


class TestJetsOffline(_Jets):
    component = "jets_offline"


class TestJetsTrigger(_Jets):
    component = "jets_trigger"
    tracks = {"features.charge": [1, -1, 0], "features.is_electron": [0, 1, 0]}


class TestMadeJetsCms(AdapterContract):
    """The same adapter on records that the kit makes: of any scale, and without particles."""

    component = "jets_cms"


class TestJetAnomalies(DatasetContract):
    component = "jet_anomalies"
    settings = {"signals": ["soft", "displaced"]}
    columns = COLUMNS
    other_settings = {"signals": ["soft"]}


class TestJetSample(DatasetContract):
    component = "jet_sample"
    columns = COLUMNS
    other_settings = {"domain": "atlas"}


class TestTriggerSample(DatasetContract):
    component = "trigger_sample"
    columns = COLUMNS
    other_settings = {"domain": "offline"}


@pytest.mark.generator
@pytest.mark.skipif(find_spec("pythia8mc") is None, reason="pythia8mc is not installed")
class TestPythiaJets(DatasetContract):
    component = "pythia_jets"
    settings = {"num_jets": 2, "processes": ["qcd"]}
    columns = COLUMNS
    other_settings = {"seed": 1}


class TestJetClassification(TaskContract):
    component = "jet_classification"
    chance = 0.5


class TestMakeJets(CommandContract):
    component = "make-jets"


class TestD2(ObservableContract):
    component = "d2"


class TestEnergyCorrelation(ObservableContract):
    component = "energy_correlation"


class TestGirth(ObservableContract):
    component = "girth"


class TestJetMass(ObservableContract):
    component = "jet_mass"


class TestJetPt(ObservableContract):
    component = "jet_pt"


class TestMultiplicity(ObservableContract):
    component = "multiplicity"


class TestPtDispersion(ObservableContract):
    component = "pt_dispersion"
