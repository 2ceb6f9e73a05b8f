"""The detector's answer: tracks, cells and towers of the particles that reach it.

There is no magnetic field, no pile-up and no confusion of tracks with cells: a charged particle is
either a track or, if the track is lost, part of a cell.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from vierbein_collider.generation.collisions import Particles
from vierbein_collider.generation.detectors import Calorimeter, Detector, Link, Tracker

_NEUTRINOS = (12, 14, 16)
_MUON, _ELECTRON, _PHOTON = 13, 11, 22


class Kind(IntEnum):
    """What a candidate is, as in the column `part_kind`."""

    CHARGED_HADRON = 0
    NEUTRAL_HADRON = 1
    PHOTON = 2
    ELECTRON = 3
    MUON = 4
    TOWER = 5


@dataclass(frozen=True)
class Candidates:
    """What the detector reconstructs, flat and massless, ordered by collision.

    Parameters
    ----------
    collision
        The collision's number in its batch.
    pt
        Transverse momenta in GeV.
    eta
        Pseudorapidities.
    phi
        Azimuths.
    charge
        Electric charges in units of the proton's, 0 for cells.
    kind
        Values of `Kind`.
    d0
        Transverse impact parameters in mm, 0 for cells.
    """

    collision: NDArray[np.int64]
    pt: NDArray[np.float64]
    eta: NDArray[np.float64]
    phi: NDArray[np.float64]
    charge: NDArray[np.int64]
    kind: NDArray[np.int64]
    d0: NDArray[np.float64]

    def take(self, chosen: NDArray[np.bool_]) -> "Candidates":
        """Choose candidates by a mask."""
        return Candidates(**{name: values[chosen] for name, values in vars(self).items()})


def smear(
    values: NDArray[np.float64], widths: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw positive values with the given means and standard deviations (log-normal)."""
    log_variance = np.log1p((widths / values) ** 2)
    normal = rng.standard_normal(len(values))
    return values * np.exp(np.sqrt(log_variance) * normal - log_variance / 2)


def reconstruct(particles: Particles, detector: Detector, rng: np.random.Generator) -> Candidates:
    """Turn particles into the detector's candidates."""
    is_visible = ~np.isin(np.abs(particles.pdg), _NEUTRINOS)
    seen = particles.take(is_visible & (np.abs(particles.eta) < detector.particle_eta_max))
    is_muon = np.abs(seen.pdg) == _MUON
    is_electromagnetic = np.isin(np.abs(seen.pdg), (_ELECTRON, _PHOTON))
    if detector.tracker is None:
        return _towers(seen.take(~is_muon), Kind.TOWER, detector, rng)
    probability = detector.tracker.efficiency(seen.pt, seen.eta, is_muon)
    has_track = (seen.charge != 0) & (rng.random(len(seen.pt)) < probability)
    found = _join(
        _tracks(seen.take(has_track), detector.tracker, rng),
        _towers(seen.take(~has_track & is_electromagnetic), Kind.PHOTON, detector, rng),
        _towers(
            seen.take(~has_track & ~is_electromagnetic & ~is_muon),
            Kind.NEUTRAL_HADRON,
            detector,
            rng,
        ),
    )
    return found if detector.link is None else sent(found, detector.link)


def sent(candidates: Candidates, link: Link) -> Candidates:
    """Give what arrives at the other end of a trigger's links; impact parameters do not."""
    pt = np.rint(candidates.pt / link.pt_step) * link.pt_step
    eta, phi = (
        np.rint(angle / link.angle_step) * link.angle_step
        for angle in (candidates.eta, candidates.phi)
    )
    arrived = replace(candidates, pt=pt, eta=eta, phi=phi, d0=np.zeros_like(pt))
    return arrived.take(pt >= link.pt_min)


def _tracks(charged: Particles, tracker: Tracker, rng: np.random.Generator) -> Candidates:
    impact = charged.x * np.sin(charged.phi) - charged.y * np.cos(charged.phi)
    kind = np.select(
        [np.abs(charged.pdg) == _ELECTRON, np.abs(charged.pdg) == _MUON],
        [Kind.ELECTRON, Kind.MUON],
        Kind.CHARGED_HADRON,
    )
    return Candidates(
        charged.collision,
        smear(charged.pt, tracker.pt_resolution(charged.pt, charged.eta) * charged.pt, rng),
        charged.eta,
        charged.phi,
        charged.charge,
        kind,
        impact + tracker.d0_resolution(charged.pt) * rng.standard_normal(len(impact)),
    )


def _towers(
    particles: Particles, kind: Kind, detector: Detector, rng: np.random.Generator
) -> Candidates:
    grid = detector.hadronic if kind == Kind.NEUTRAL_HADRON else detector.electromagnetic
    place, which = _cells(particles, grid)
    collision, row, column = place
    is_electromagnetic = np.isin(np.abs(particles.pdg), (_ELECTRON, _PHOTON))
    inside = rng.random((2, len(collision))) if detector.spreads_cells else np.full((2, 1), 0.5)
    eta, phi = (row + inside[0]) * grid.cell_eta, (column + inside[1]) * grid.cell_phi

    def deposited(chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        energies = np.where(chosen, particles.energy, 0.0)
        return np.bincount(which, energies, minlength=len(collision)).astype(np.float64)

    def resolution(em: NDArray[np.float64], had: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.hypot(
            detector.electromagnetic.resolution(em, eta), detector.hadronic.resolution(had, eta)
        )

    em, had = deposited(is_electromagnetic), deposited(~is_electromagnetic)
    width = resolution(em, had)
    energy = smear(em + had, width, rng)
    kept = (energy > grid.energy_min) & (energy > grid.significance_min * width)
    none = np.zeros(int(kept.sum()))
    return Candidates(
        collision[kept],
        (energy / np.cosh(eta))[kept],
        eta[kept],
        np.arctan2(np.sin(phi), np.cos(phi))[kept],
        none.astype(np.int64),
        np.full(len(none), kind),
        none,
    )


def _cells(particles: Particles, grid: Calorimeter) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    row = np.floor(particles.eta / grid.cell_eta).astype(np.int64)
    column = np.floor(particles.phi / grid.cell_phi).astype(np.int64) % grid.num_phi
    return np.unique(np.stack([particles.collision, row, column]), axis=1, return_inverse=True)


def _join(*parts: Candidates) -> Candidates:
    columns = {name: np.concatenate([vars(p)[name] for p in parts]) for name in vars(parts[0])}
    order = np.argsort(columns["collision"], kind="stable")
    return Candidates(**{name: values[order] for name, values in columns.items()})
