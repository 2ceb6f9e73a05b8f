import numpy as np
import pytest

from vierbein_collider.generation.collisions import Particles
from vierbein_collider.generation.detectors import DETECTORS, Link
from vierbein_collider.generation.smearing import Candidates, Kind, reconstruct, sent, smear

NUM = 20_000
PI_PLUS, K_LONG, PHOTON, MUON, NEUTRINO = 211, 130, 22, 13, 12


def gun(pdg, charge, pt, eta, *, x=0.0):
    """One particle a collision, at random azimuths."""
    phi = np.random.default_rng(1).uniform(-np.pi, np.pi, NUM)
    full = np.full(NUM, 1.0)
    return Particles(
        collision=np.arange(NUM),
        pdg=np.full(NUM, pdg),
        charge=np.full(NUM, charge),
        pt=full * pt,
        eta=full * eta,
        phi=phi,
        energy=full * pt * np.cosh(eta),
        x=-full * x * np.sin(phi),  # produced a distance x to the right of its own direction
        y=full * x * np.cos(phi),
    )


def shoot(domain, *arguments, **keywords):
    return reconstruct(gun(*arguments, **keywords), DETECTORS[domain], np.random.default_rng(2))


def assert_width(values, expected):
    """The relative error of a standard deviation is about 1/sqrt(2n); tails make it larger."""
    assert np.std(values) == pytest.approx(expected, rel=5 * 1.5 / np.sqrt(2 * len(values)))


def test_smearing_keeps_mean_and_width_and_is_positive():
    drawn = smear(np.full(NUM, 2.0), np.full(NUM, 3.0), np.random.default_rng(3))
    assert drawn.min() > 0
    assert drawn.mean() == pytest.approx(2.0, abs=5 * 3.0 / np.sqrt(NUM))
    assert drawn.std() == pytest.approx(3.0, rel=0.15)  # a heavy tail


@pytest.mark.parametrize(("domain", "eta"), [("cms", 0.2), ("cms", 1.2), ("atlas", 2.1)])
def test_track_momenta_close(domain, eta):
    tracks = shoot(domain, PI_PLUS, 1, 20.0, eta)
    tracks_pt = tracks.pt[tracks.kind == Kind.CHARGED_HADRON]
    expected = DETECTORS[domain].tracker.pt_resolution(np.array([20.0]), np.array([eta]))[0]
    assert tracks_pt.mean() == pytest.approx(20.0, rel=5 * expected / np.sqrt(len(tracks_pt)))
    assert_width(tracks_pt / 20.0, expected)


@pytest.mark.parametrize(
    ("pt", "eta", "expected"), [(20.0, 0.2, 0.95), (0.5, 0.2, 0.70), (0.5, 2.0, 0.60)]
)
def test_track_efficiency_closes(pt, eta, expected):
    seen = (shoot("cms", PI_PLUS, 1, pt, eta).charge != 0).sum() / NUM
    assert seen == pytest.approx(expected, abs=5 * np.sqrt(expected * (1 - expected) / NUM))


@pytest.mark.parametrize("domain", ["cms", "atlas"])
def test_impact_parameter_closes(domain):
    muons = shoot(domain, MUON, -1, 10.0, 0.2, x=0.4)
    tracker = DETECTORS[domain].tracker
    width = np.hypot(tracker.d0_constant, tracker.d0_slope / 10)
    assert set(muons.kind) == {Kind.MUON}
    assert muons.d0.mean() == pytest.approx(-0.4, abs=5 * width / np.sqrt(len(muons.d0)))
    assert_width(muons.d0, width)


@pytest.mark.parametrize(
    ("domain", "pdg", "kind", "calorimeter"),
    [
        ("cms", PHOTON, Kind.PHOTON, "electromagnetic"),
        ("cms", K_LONG, Kind.NEUTRAL_HADRON, "hadronic"),
        ("atlas", PHOTON, Kind.PHOTON, "electromagnetic"),
        ("atlas", K_LONG, Kind.NEUTRAL_HADRON, "hadronic"),
        ("calo", PHOTON, Kind.TOWER, "electromagnetic"),
        ("calo", K_LONG, Kind.TOWER, "hadronic"),
    ],
)
def test_calorimeter_energies_close(domain, pdg, kind, calorimeter):
    cells = shoot(domain, pdg, 0, 200.0, 0.55)
    energy = cells.pt * np.cosh(cells.eta)
    expected = getattr(DETECTORS[domain], calorimeter).resolution(
        np.array([200.0 * np.cosh(0.55)]), np.array([0.55])
    )[0]
    assert len(energy) == NUM
    assert set(cells.kind) == {kind}
    assert energy.mean() == pytest.approx(200 * np.cosh(0.55), abs=5 * expected / np.sqrt(NUM))
    assert_width(energy, expected * (1.03 if domain == "cms" and pdg == PHOTON else 1.0))


def test_towers_stand_on_their_grid_and_see_everything_but_muons_and_neutrinos():
    towers = shoot("calo", PI_PLUS, 1, 50.0, 0.73)
    assert len(towers.pt) == NUM
    assert not towers.charge.any()
    assert not towers.d0.any()
    assert towers.eta == pytest.approx(np.full(NUM, 0.75))
    place = towers.phi / (2 * np.pi / 64) - 0.5
    assert place == pytest.approx(np.rint(place), abs=1e-9)
    assert len(shoot("calo", MUON, -1, 50.0, 0.73).pt) == 0
    assert len(shoot("cms", NEUTRINO, 0, 50.0, 0.73).pt) == 0


def test_a_cell_sums_what_hits_it():
    one = gun(PHOTON, 0, 50.0, 0.101)
    pairs = Particles(**{name: values.repeat(2) for name, values in vars(one).items()})
    cells = reconstruct(pairs, DETECTORS["atlas"], np.random.default_rng(2))
    assert len(cells.pt) == NUM
    assert (cells.pt * np.cosh(cells.eta)).mean() == pytest.approx(100 * np.cosh(0.101), rel=1e-3)
    assert np.abs(cells.eta - 0.101).max() <= 0.025


def test_charged_particles_without_a_track_reach_the_calorimeter():
    seen = shoot("atlas", PI_PLUS, 1, 50.0, 0.2)
    assert len(seen.pt) == NUM
    share = (seen.kind == Kind.NEUTRAL_HADRON).mean()
    assert share == pytest.approx(0.05, abs=5 * np.sqrt(0.05 * 0.95 / NUM))


def test_a_link_sends_steps_of_what_is_hard_enough():
    values = {"pt": [1.99, 2.13, 100.1], "eta": [0.1, 0.14, -0.07], "phi": [-3.1, 0.06, 0.04]}
    arrays = {name: np.array(each) for name, each in values.items()}
    codes = {name: np.arange(3) for name in ("collision", "charge", "kind")}
    there = sent(Candidates(**arrays, **codes, d0=np.ones(3)), Link(2.0, 0.25, 0.1))
    assert there.pt.tolist() == [2.0, 2.25, 100.0]
    assert there.eta == pytest.approx([0.1, 0.1, -0.1])
    assert there.phi == pytest.approx([-3.1, 0.1, 0.0])
    assert there.kind.tolist() == [0, 1, 2]
    assert not there.d0.any()
    assert len(sent(Candidates(**arrays, **codes, d0=np.ones(3)), Link(2.1, 0.25, 0.1)).pt) == 2
