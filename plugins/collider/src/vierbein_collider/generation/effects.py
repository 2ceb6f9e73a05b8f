"""What a faulty detector does to jets, as planted in a bank of signals.

Each fault sits near the axes of its collision: a fault that is fixed in the detector would touch
few jets of a small sample.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vierbein_collider.generation.collisions import Collisions
from vierbein_collider.generation.smearing import Candidates, Kind

_CELLS = (Kind.NEUTRAL_HADRON, Kind.PHOTON, Kind.TOWER)


class Effect(ABC):
    """Changes what the detector reconstructs, before jets are found."""

    @abstractmethod
    def __call__(
        self, candidates: Candidates, batch: Collisions, rng: np.random.Generator
    ) -> Candidates:
        """Change the candidates of a batch of collisions.

        Parameters
        ----------
        candidates
            Of all its collisions.
        batch
            The collisions; their partons are the axes.
        rng
            The only source of randomness.

        Returns
        -------
        Candidates
            New ones, ordered by collision.
        """


@dataclass(frozen=True)
class HotCell(Effect):
    """One cell near each axis reads more than was deposited.

    Parameters
    ----------
    pt
        Transverse momentum that is added to it, in GeV.
    spread
        The cell is the one nearest to a point within this distance of the axis.
    """

    pt: float
    spread: float = 0.4

    def __call__(
        self, candidates: Candidates, batch: Collisions, rng: np.random.Generator
    ) -> Candidates:
        """Raise the cells' transverse momenta."""
        pt = candidates.pt.copy()
        is_cell = np.isin(candidates.kind, _CELLS)
        for eta, phi in _points(batch, self.spread, rng):
            distance = np.where(is_cell, _distance(candidates, eta, phi), np.inf)
            order = np.lexsort([distance, candidates.collision])
            _, first = np.unique(candidates.collision[order], return_index=True)
            nearest = order[first]
            pt[nearest[is_cell[nearest]]] += self.pt
        return replace(candidates, pt=pt)


@dataclass(frozen=True)
class DeadRegion(Effect):
    """A disc near each axis reads nothing: neither tracks nor cells.

    Parameters
    ----------
    radius
        Of the disc, in (eta, phi).
    spread
        How far from the axis its centre may lie.
    """

    radius: float
    spread: float = 0.2

    def __call__(
        self, candidates: Candidates, batch: Collisions, rng: np.random.Generator
    ) -> Candidates:
        """Drop what lies in the discs."""
        is_read = np.ones(len(candidates.pt), bool)
        for eta, phi in _points(batch, self.spread, rng):
            is_read &= _distance(candidates, eta, phi) > self.radius
        return candidates.take(is_read)


@dataclass(frozen=True)
class ScaledSide(Effect):
    """Cells on one side of each axis in azimuth are read with a wrong scale.

    Parameters
    ----------
    factor
        What their energies are multiplied by.
    """

    factor: float

    def __call__(
        self,
        candidates: Candidates,
        batch: Collisions,
        rng: np.random.Generator,  # noqa: ARG002 - nothing of it is random
    ) -> Candidates:
        """Scale the cells."""
        azimuths = batch.parton_phi[candidates.collision]
        turned = _wrap(candidates.phi[:, None] - azimuths)
        nearest = np.abs(turned).argmin(axis=1)
        is_scaled = np.isin(candidates.kind, _CELLS) & (
            np.take_along_axis(turned, nearest[:, None], axis=1)[:, 0] > 0
        )
        return replace(candidates, pt=np.where(is_scaled, self.factor, 1.0) * candidates.pt)


@dataclass(frozen=True)
class LostTracks(Effect):
    """Tracks of charged hadrons and electrons are not found: what is left of them is a cell.

    Parameters
    ----------
    share
        Of the tracks that are lost.
    """

    share: float

    def __call__(
        self,
        candidates: Candidates,
        batch: Collisions,  # noqa: ARG002 - it happens everywhere
        rng: np.random.Generator,
    ) -> Candidates:
        """Make neutral hadrons of charged ones, and photons of electrons."""
        kind = candidates.kind
        is_lost = np.isin(kind, (Kind.CHARGED_HADRON, Kind.ELECTRON))
        is_lost &= rng.random(len(kind)) < self.share
        cell = np.where(kind == Kind.ELECTRON, Kind.PHOTON, Kind.NEUTRAL_HADRON)
        return replace(
            candidates,
            charge=np.where(is_lost, 0, candidates.charge),
            kind=np.where(is_lost, cell, kind),
            d0=np.where(is_lost, 0.0, candidates.d0),
        )


@dataclass(frozen=True)
class LostCells(Effect):
    """Cells are dead, wherever they are; tracks are not.

    Parameters
    ----------
    share
        Of the cells that are dead.
    """

    share: float

    def __call__(
        self,
        candidates: Candidates,
        batch: Collisions,  # noqa: ARG002 - it happens everywhere
        rng: np.random.Generator,
    ) -> Candidates:
        """Drop the cells."""
        is_dead = rng.random(len(candidates.pt)) < self.share
        return candidates.take(~(is_dead & np.isin(candidates.kind, _CELLS)))


def _points(
    batch: Collisions, spread: float, rng: np.random.Generator
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Draw a point in the disc around each axis: (eta, phi) of each collision, axis after axis."""
    shape = batch.parton_eta.shape
    radius, angle = spread * np.sqrt(rng.random(shape)), 2 * np.pi * rng.random(shape)
    eta = batch.parton_eta + radius * np.cos(angle)
    phi = batch.parton_phi + radius * np.sin(angle)
    return list(zip(eta.T, phi.T, strict=True))


def _distance(
    candidates: Candidates, eta: NDArray[np.float64], phi: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give each candidate's distance from its collision's point."""
    turned = _wrap(candidates.phi - phi[candidates.collision])
    distance: NDArray[np.float64] = np.hypot(candidates.eta - eta[candidates.collision], turned)
    return distance


def _wrap(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    return (angle + np.pi) % (2 * np.pi) - np.pi
