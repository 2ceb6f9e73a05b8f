"""Planted faults of the detector, on candidates whose answer is known."""

import numpy as np
import pytest

from vierbein_collider.generation.collisions import Collisions, Particles
from vierbein_collider.generation.effects import (
    DeadRegion,
    HotCell,
    LostCells,
    LostTracks,
    ScaledSide,
)
from vierbein_collider.generation.smearing import Candidates, Kind

AXES = np.array([[0.5, -0.5], [1.0, -1.0]])
AZIMUTHS = np.array([[0.0, np.pi], [np.pi - 0.05, -0.05]])


@pytest.fixture
def batch():
    """Two collisions with two axes each, back to back; the third axis is near the seam."""
    none = np.zeros(0)
    nobody = Particles(*[none.astype(int)] * 3, *[none] * 6)
    return Collisions(nobody, np.full((2, 2), 21), AXES, AZIMUTHS)


def candidates(collision, eta, phi, kind, charge=None):
    number = len(eta)
    charge = np.zeros(number, int) if charge is None else np.array(charge)
    return Candidates(
        np.array(collision),
        np.full(number, 10.0),
        np.array(eta),
        np.array(phi),
        charge,
        np.array(kind),
        np.where(charge != 0, 0.1, 0.0),
    )


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_one_cell_near_each_axis_is_hot(batch, rng):
    # On each axis a track and a cell, and a cell far away from both.
    given = candidates(
        [0, 0, 0, 0, 0, 1, 1],
        [0.5, 0.5, -0.5, -0.5, 2.4, 1.0, -1.0],
        [0.0, 0.01, np.pi, np.pi, 1.5, np.pi - 0.05, -0.05],
        [Kind.CHARGED_HADRON, Kind.PHOTON, Kind.CHARGED_HADRON, Kind.NEUTRAL_HADRON]
        + [Kind.TOWER] * 3,
        [1, 0, -1, 0, 0, 0, 0],
    )
    found = HotCell(60.0)(given, batch, rng)
    assert found.pt.tolist() == [10, 70, 10, 70, 10, 70, 70]
    assert given.pt.tolist() == [10] * 7


def test_tracks_are_never_hot(batch, rng):
    given = candidates([0], [0.5], [0.0], [Kind.CHARGED_HADRON], [1])
    assert HotCell(60.0)(given, batch, rng).pt.tolist() == [10]


def test_a_disc_of_the_right_size_is_dead(batch, rng):
    steps = np.arange(-0.5, 0.5, 0.01)
    eta, turn = (values.ravel() for values in np.meshgrid(steps, steps))
    phi = (np.pi - 0.05 + turn + np.pi) % (2 * np.pi) - np.pi  # over the seam
    number = len(eta)
    given = candidates(np.ones(number, int), 1.0 + eta, phi, np.zeros(number, int))
    found = DeadRegion(0.2)(given, batch, rng)
    assert (number - len(found.pt)) * 1e-4 == pytest.approx(np.pi * 0.2**2, rel=0.03)
    kept_eta, kept_turn = found.eta - 1.0, (found.phi - np.pi + 0.05 + np.pi) % (2 * np.pi) - np.pi
    # All that is missing lies within radius and spread of the axis.
    is_far = np.hypot(kept_eta, kept_turn) > 0.401
    assert is_far.sum() == (np.hypot(eta, turn) > 0.401).sum()


def test_cells_beyond_the_axis_are_scaled(batch, rng):
    given = candidates(
        [1, 1, 1, 1], [1.0] * 4, [np.pi - 0.1, -np.pi + 0.1, -0.1, 0.1], [Kind.TOWER] * 4
    )
    assert ScaledSide(1.5)(given, batch, rng).pt.tolist() == [10, 15, 10, 15]
    tracks = candidates([1], [1.0], [0.1], [Kind.CHARGED_HADRON], [1])
    assert ScaledSide(1.5)(tracks, batch, rng).pt.tolist() == [10]


def test_lost_tracks_are_cells(batch, rng):
    kinds = [Kind.CHARGED_HADRON, Kind.ELECTRON, Kind.MUON, Kind.PHOTON]
    given = candidates([0] * 4, [0.0] * 4, [0.0] * 4, kinds, [1, -1, 1, 0])
    found = LostTracks(1.0)(given, batch, rng)
    assert found.kind.tolist() == [Kind.NEUTRAL_HADRON, Kind.PHOTON, Kind.MUON, Kind.PHOTON]
    assert found.charge.tolist() == [0, 0, 1, 0]
    assert found.d0.tolist() == [0, 0, 0.1, 0]
    assert np.array_equal(found.pt, given.pt)


@pytest.mark.parametrize(("effect", "charge"), [(LostTracks(0.7), 1), (LostCells(0.7), 0)])
def test_the_share_is_lost(effect, charge, batch, rng):
    number = 4000
    kind = Kind.CHARGED_HADRON if charge else Kind.TOWER
    given = candidates(
        np.zeros(number, int),
        np.zeros(number),
        np.zeros(number),
        [kind] * number,
        [charge] * number,
    )
    found = effect(given, batch, rng)
    left = (found.charge != 0).sum() if charge else len(found.pt)
    assert left / number == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / number))
