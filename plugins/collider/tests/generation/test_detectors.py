import numpy as np
import pytest

from vierbein_collider.generation.detectors import DETECTORS

CMS, ATLAS, CALO = (DETECTORS[name] for name in ("cms", "atlas", "calo"))


@pytest.mark.parametrize(
    ("calorimeter", "energy", "eta", "expected"),
    [
        (CMS.electromagnetic, 100.0, 0.0, np.sqrt(0.8**2 + 1.1**2 + 0.4**2)),
        (CMS.electromagnetic, 100.0, -1.0, 1.64 * np.sqrt(0.8**2 + 1.1**2 + 0.4**2)),
        (CMS.hadronic, 100.0, 2.0, np.sqrt(5.0**2 + 15.0**2)),
        (ATLAS.electromagnetic, 100.0, 1.0, np.sqrt(0.17**2 + 1.01**2)),
        (ATLAS.hadronic, 100.0, -1.6, np.sqrt(3.02**2 + 5.205**2 + 1.59**2)),
        (ATLAS.hadronic, 100.0, 1.8, np.sqrt(5.0**2 + 7.06**2)),
        (CALO.hadronic, 100.0, 0.0, np.sqrt(3.0**2 + 5.0**2)),
        (CALO.electromagnetic, 0.0, 0.0, 0.0),
    ],
)
def test_energy_resolution_is_the_published_formula(calorimeter, energy, eta, expected):
    width = calorimeter.resolution(np.array([energy]), np.array([eta]))
    assert width == pytest.approx([expected], rel=1e-12)


@pytest.mark.parametrize(
    ("pt", "eta", "expected"),
    [(100.0, 0.3, np.hypot(0.06, 0.13)), (50.0, -1.0, np.hypot(0.1, 0.085)), (1.0, 2.0, 0.25002)],
)
def test_track_resolution_is_the_published_formula(pt, eta, expected):
    width = CMS.tracker.pt_resolution(np.array([pt]), np.array([eta]))
    assert width == pytest.approx([expected], rel=1e-5)


def test_tracks_are_lost_below_100_mev_and_outside_the_tracker():
    pt, eta = np.array([0.05, 0.5, 0.5, 5.0, 5.0, 5.0]), np.array([0.0, 0.0, 2.0, 0.0, -2.0, 2.6])
    hadrons = CMS.tracker.efficiency(pt, eta, np.zeros(6, bool))
    assert hadrons.tolist() == [0.0, 0.70, 0.60, 0.95, 0.85, 0.0]
    assert CMS.tracker.efficiency(pt, eta, np.ones(6, bool)).tolist() == [
        0,
        0.98,
        0.98,
        0.98,
        0.98,
        0,
    ]


@pytest.mark.parametrize("name", sorted(DETECTORS))
def test_no_jet_reaches_beyond_the_acceptance(name):
    detector = DETECTORS[name]
    assert detector.jet_eta_max + detector.radius <= detector.particle_eta_max
    assert detector.hadronic.cell_phi == pytest.approx(detector.hadronic.cell_eta, rel=0.02)
