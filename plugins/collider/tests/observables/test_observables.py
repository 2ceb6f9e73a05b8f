import math
from itertools import combinations

import numpy as np
import pytest
import torch

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein_collider.observables.d2 import D2
from vierbein_collider.observables.energy_correlation import EnergyCorrelation
from vierbein_collider.observables.girth import Girth
from vierbein_collider.observables.jet_mass import JetMass
from vierbein_collider.observables.jet_pt import JetPt
from vierbein_collider.observables.multiplicity import Multiplicity
from vierbein_collider.observables.pt_dispersion import PtDispersion

ALL = (D2, EnergyCorrelation, Girth, JetMass, JetPt, Multiplicity, PtDispersion)


def batch(*jets):
    """Jets of massless particles given as (pT, eta, phi)."""
    rows = np.array([row for jet in jets for row in jet], float).reshape(-1, 3)
    pt, eta, phi = rows.T
    p4 = np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], 1)
    offsets = np.concatenate([[0], np.cumsum([len(jet) for jet in jets])])
    flat = torch.from_numpy(p4.astype(np.float32))
    return EventBatch(FeatureSchema(), flat, torch.zeros(len(p4), 0), torch.from_numpy(offsets))


def value(observable, jet):
    return observable()(batch(jet)).item()


TWO = [(100, 0.1, 3.1), (100, -0.1, -3.1)]  # across the seam of phi


def test_a_single_particle():
    jet = [(50, 1.0, 2.0)]
    expected = {
        JetPt: 50,
        JetMass: 0,
        Multiplicity: 1,
        Girth: 0,
        PtDispersion: 1,
        EnergyCorrelation: 0,
        D2: 0,
    }
    for observable, number in expected.items():
        assert value(observable, jet) == pytest.approx(number, abs=0.05), observable


def test_two_equal_particles():
    dphi = 2 * math.pi - 6.2
    distance = math.hypot(0.2, dphi)
    assert value(JetMass, TWO) == pytest.approx(
        100 * math.sqrt(2 * (math.cosh(0.2) - math.cos(dphi))), rel=1e-4
    )
    assert value(JetPt, TWO) == pytest.approx(200 * math.cos(dphi / 2), rel=1e-5)
    assert value(Girth, TWO) == pytest.approx(distance / 2, rel=1e-3)
    assert value(PtDispersion, TWO) == pytest.approx(math.sqrt(0.5), rel=1e-5)
    assert value(EnergyCorrelation, TWO) == pytest.approx(distance / 4, rel=1e-4)
    assert value(D2, TWO) == pytest.approx(0.0, abs=1e-6)


def test_correlators_against_their_definition():
    rng = np.random.default_rng(0)
    jets = [[(pt, *rng.normal(0, 0.3, 2)) for pt in rng.exponential(10, num)] for num in (3, 7, 12)]
    for jet, two, d2 in zip(
        jets, EnergyCorrelation()(batch(*jets)), D2()(batch(*jets)), strict=True
    ):
        total = sum(row[0] for row in jet)
        z = [row[0] / total for row in jet]
        r = {
            (i, j): math.hypot(jet[i][1] - jet[j][1], jet[i][2] - jet[j][2])
            for i, j in combinations(range(len(jet)), 2)
        }
        e2 = sum(z[i] * z[j] * r[i, j] for i, j in r)
        e3 = sum(
            z[i] * z[j] * z[k] * r[i, j] * r[i, k] * r[j, k]
            for i, j, k in combinations(range(len(jet)), 3)
        )
        assert two.item() == pytest.approx(e2, rel=1e-3)
        assert d2.item() == pytest.approx(e3 / e2**3, rel=1e-3)


@pytest.mark.parametrize("observable", ALL)
def test_rotation_about_the_beam_changes_nothing(observable):
    rng = np.random.default_rng(1)
    jet = [(pt, *rng.normal(0, 0.3, 2)) for pt in rng.exponential(10, 20)]
    turned = [(pt, eta, phi + 3.0) for pt, eta, phi in jet]
    assert value(observable, turned) == pytest.approx(value(observable, jet), rel=1e-3)


@pytest.mark.parametrize("observable", ALL)
def test_an_event_without_particles_has_a_finite_value(observable):
    values = observable()(batch(TWO, [], TWO))
    assert values.shape == (3,)
    assert torch.isfinite(values).all()
    assert values[0] == values[2]
    assert values[1] == 0
    assert observable.title
    assert observable.unit in {"GeV", "1"}
    assert observable.citation


def test_the_sum_of_all_particles_is_the_stored_jet():
    from vierbein_collider.adapters.jets_cms import JetsCms
    from vierbein_collider.datasets.jet_sample import JetSample

    adapter = JetsCms(max_particles=0)
    run = next(JetSample("cms").read([*adapter.columns(), "jet_mass"]))
    jets = adapter.read(run)
    whole = (jets.num_particles < 100).numpy()  # the others lost their softest particles
    assert JetPt()(jets).numpy()[whole] == pytest.approx(run["jet_pt"][whole], rel=1e-3)
    assert JetMass()(jets).numpy()[whole] == pytest.approx(run["jet_mass"][whole], abs=0.3)
