"""Each component of this plugin keeps the contract of its kind."""

import numpy as np

from vierbein.events.jagged import Jagged
from vierbein.events.records import Records
from vierbein.testing.adapter import AdapterContract
from vierbein.testing.command import CommandContract
from vierbein.testing.dataset import DatasetContract
from vierbein.testing.observable import ObservableContract

COLUMNS = ("part_px", "part_pdg", "available_energy", "event_id")
MASSES = [0.1056584, 0.938919, 0.0]
PARTICLES = {
    "part_px": [0.3, -0.3, 0.0],
    "part_py": [0.0, 0.4, 0.3],
    "part_pz": [0.4, 0.0, 0.4],
    "part_mass": MASSES,
    "part_pdg": [13.0, 2212.0, 22.0],
}


class TestNeutrinoTracker(AdapterContract):
    component = "neutrino_tracker"

    def records(self):
        """Give a muon with a proton, and a photon alone."""
        offsets = np.array([0, 2, 3])
        columns = {name: Jagged(np.array(values), offsets) for name, values in PARTICLES.items()}
        columns |= {"vertex_energy": np.array([0.0, 0.019]), "event_id": np.array([7, 8])}
        columns |= {"interaction": np.array([1, 0]), "final_state": np.array([0, 2])}
        columns |= {"available_energy": np.array([0.3, 0.5])}
        columns |= {"neutrino_energy": np.array([1.0, 2.0])}
        return Records(columns, "two events")

    def expected(self):
        """Give what they are."""
        momentum = np.stack([PARTICLES[f"part_p{axis}"] for axis in "xyz"], axis=1)
        energy = np.sqrt((momentum**2).sum(1) + np.square(MASSES))
        return {
            "p4": np.column_stack([energy, momentum]),
            "pdg": [13, 2212, 22],
            "features.charge": [-1, 1, 0],
            "features.is_muon": [1, 0, 0],
            "features.is_proton": [0, 1, 0],
            "features.is_photon": [0, 0, 1],
            "features.log_pt": np.log([0.301, 0.501, 0.301]),
            "features.cos_theta": [0.8, 0.0, 0.8],
            # The muon flies along x; without one the azimuth is counted from there.
            "features.dphi": [0.0, np.arctan2(0.4, -0.3), np.pi / 2],
            "event_features.log_vertex_energy": np.log([0.001, 0.02]),
            "truth.available_energy": [0.3, 0.5],
            "truth.final_state": [0, 2],
            "event_id": [7, 8],
        }


class TestMadeNeutrinoTracker(AdapterContract):
    """The same adapter on records that the kit makes: of any scale, and without particles."""

    component = "neutrino_tracker"


class TestNeutrinoEvents(DatasetContract):
    component = "neutrino_events"
    settings = {"num_events": 20}
    columns = COLUMNS
    other_settings = {"anti": True}


class TestNeutrinoAnomalies(DatasetContract):
    component = "neutrino_anomalies"
    columns = COLUMNS
    other_settings = {"signal": "pion_burst_3"}


class TestMakeNeutrinoAnomalies(CommandContract):
    component = "make-neutrino-anomalies"


class TestAvailableEnergy(ObservableContract):
    component = "available_energy"


class TestTransverseImbalance(ObservableContract):
    component = "transverse_imbalance"


class TestVisibleMass(ObservableContract):
    component = "visible_mass"
