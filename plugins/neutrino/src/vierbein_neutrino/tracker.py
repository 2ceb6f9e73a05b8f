"""An idealised tracker: which particles it sees, and how well.

The values are this project's own choice, near those that MINERvA reaches
(Nucl. Instrum. Meth. A 743 (2014) 130); nothing in them is measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vierbein.events.jagged import Jagged
from vierbein.events.records import Column
from vierbein_neutrino.physics.final_states import FinalStates
from vierbein_neutrino.physics.kinematics import decayed

Array = NDArray[np.float64]

MOMENTUM_STEP: Final = 2.0**-13
"""Momenta are rounded to it, in GeV: far below the resolution, so that bytes can be compared."""
_ENERGY_STEP: Final = 2.0**-16
_NEUTRAL_PION: Final = 111


@dataclass(frozen=True)
class Seen:
    """How one kind of particle is seen.

    Parameters
    ----------
    threshold
        Kinetic energy in GeV below which it makes no track of its own.
    resolution
        Relative width of the momentum's log-normal distribution.
    """

    threshold: float
    resolution: float


TRACKER: Final[Mapping[int, Seen]] = MappingProxyType(
    {
        11: Seen(0.03, 0.06),
        13: Seen(0.0, 0.05),
        22: Seen(0.03, 0.10),
        211: Seen(0.05, 0.08),
        2212: Seen(0.10, 0.05),
    }
)
"""By the absolute value of the PDG code; what is not here (neutrons, neutrinos) is not seen."""


def seen(states: FinalStates, rng: np.random.Generator) -> dict[str, Column]:
    """Give the columns of what the tracker sees.

    Neutral pions decay into two photons. Momenta are smeared, directions are exact. What is too
    slow for a track adds its kinetic energy to `vertex_energy`.

    Parameters
    ----------
    states
        What left the nucleus.
    rng
        Random numbers.

    Returns
    -------
    dict
        `vertex_energy` in GeV, and of each particle `part_px`, `part_py`, `part_pz` and `part_mass`
        in GeV, and `part_pdg`.
    """
    states = _without_neutral_pions(states, rng)
    kinds, masses = np.abs(states.pdg), states.masses
    threshold, resolution = np.full(kinds.shape, np.inf), np.zeros(kinds.shape)
    for kind, how in TRACKER.items():
        threshold[kinds == kind], resolution[kinds == kind] = how.threshold, how.resolution
    kinetic = states.p4[:, :, 0] - masses
    factor = np.exp(resolution * rng.standard_normal(kinds.shape))
    momenta = states.p4[:, :, 1:] * factor[:, :, None]
    is_track = kinetic >= threshold
    is_slow = np.isfinite(threshold) & ~is_track
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(is_track.sum(1))])
    rounded = _rounded(momenta[is_track], MOMENTUM_STEP)
    particles: dict[str, NDArray[np.generic]] = {
        **{f"part_p{axis}": rounded[:, i] for i, axis in enumerate("xyz")},
        "part_mass": masses[is_track].astype(np.float32),
        "part_pdg": states.pdg[is_track].astype(np.int16),
    }
    vertex_energy = _rounded((kinetic * is_slow).sum(1), _ENERGY_STEP)
    return {
        "vertex_energy": vertex_energy,
        **{name: Jagged(np.ascontiguousarray(v), offsets) for name, v in particles.items()},
    }


def truths(states: FinalStates) -> dict[str, Column]:
    """Give the columns of what happened: energies in GeV, and codes."""
    return {
        "neutrino_energy": _rounded(states.beam_energy, _ENERGY_STEP),
        "available_energy": _rounded(states.available_energy, _ENERGY_STEP),
        "interaction": states.interaction.astype(np.int8),
        "final_state": states.final_state.astype(np.int8),
    }


def _without_neutral_pions(states: FinalStates, rng: np.random.Generator) -> FinalStates:
    event, slot = np.nonzero(states.pdg == _NEUTRAL_PION)
    if not len(event):
        return states
    massless = np.zeros(len(event))
    _, photons = decayed(rng, states.p4[event, slot], [massless, massless])
    width = states.pdg.shape[1]
    p4 = np.concatenate([states.p4, np.zeros_like(states.p4)], axis=1)
    pdg = np.concatenate([states.pdg, np.zeros_like(states.pdg)], axis=1)
    for place, photon in zip((slot, width + slot), photons, strict=True):
        p4[event, place], pdg[event, place] = photon, 22
    return FinalStates(states.beam_energy, states.interaction, p4, pdg)


def _rounded(values: Array, step: float) -> NDArray[np.float32]:
    rounded = np.rint(values / step) * step + 0.0  # no minus zero
    return np.asarray(rounded, np.float32)
