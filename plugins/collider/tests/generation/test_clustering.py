import numpy as np
import pytest

from vierbein_collider.generation.blocks import describe
from vierbein_collider.generation.clustering import cluster
from vierbein_collider.generation.smearing import Candidates

pytestmark = pytest.mark.generator
pytest.importorskip("fastjet")


def cloud(rows):
    """Photon candidates from rows of collision, pT, eta, phi."""
    collision, pt, eta, phi = np.array(rows, float).T
    none = np.zeros(len(pt))
    return Candidates(
        collision.astype(int), pt, eta, phi, none.astype(int), none.astype(int) + 2, none
    )


def test_two_massless_particles_make_a_jet_of_known_mass():
    jets = cluster(cloud([(0, 100, 0.1, 3.1), (0, 60, -0.1, -3.1)]), 1, radius=0.8, pt_min=10)
    dphi = 2 * np.pi - 6.2
    assert jets.mass == pytest.approx(
        [np.sqrt(2 * 100 * 60 * (np.cosh(0.2) - np.cos(dphi)))], rel=1e-9
    )
    assert sorted(jets.members) == [0, 1]


def test_particles_are_grouped_by_collision_and_distance():
    rows = [(0, 50, 0, 0), (0, 80, 0, 2), (1, 70, 0, 0), (3, 60, 0, 0), (3, 30, 0.5, 0)]
    jets = cluster(cloud(rows), 4, radius=0.8, pt_min=10)
    sums = {
        (c, round(pt)): jets.members[a:b].tolist()
        for c, pt, a, b in zip(
            jets.collision, jets.pt, jets.offsets[:-1], jets.offsets[1:], strict=True
        )
    }
    assert sums.keys() == {(0, 50), (0, 80), (1, 70), (3, 90)}
    assert sums[0, 80] == [1]
    assert sorted(sums[3, 90]) == [3, 4]


def test_a_record_keeps_the_hardest_hundred_and_the_whole_jets_mass():
    rng = np.random.default_rng(0)
    rows = [(0, pt, *rng.normal(0, 0.1, 2)) for pt in rng.exponential(5, 150) + 1]
    candidates = cloud(rows)
    jets = cluster(candidates, 1, radius=1.0, pt_min=100)
    record = describe(jets, candidates, np.array([0]), max_particles=100)
    kept = record["part_pt"].values
    assert len(kept) == 100
    assert (np.diff(kept) <= 0).all()
    assert kept[-1] == pytest.approx(np.sort(candidates.pt)[-100], rel=1e-3)
    assert record["jet_mass"] == pytest.approx(jets.mass, rel=1e-4)
    eta = record["jet_eta"][0] + record["part_deta"].values
    assert record["part_e"].values == pytest.approx(kept * np.cosh(eta), rel=2e-3)
