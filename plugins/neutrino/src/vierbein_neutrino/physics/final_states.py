"""What leaves the nucleus, event by event."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vierbein_neutrino.physics.constants import MASSES
from vierbein_neutrino.physics.kinematics import on_shell

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

CC_0PI, CC_1PI, CC_1PI0, OTHER = range(4)
"""Codes of final states: no pion; one charged one; one neutral one; more."""
_KINETIC: Final = (211, 2212)
_TOTAL: Final = (11, 22, 111)


@dataclass(frozen=True)
class FinalStates:
    """Particles in slots, the first the muon where there is one.

    Parameters
    ----------
    beam_energy
        Of what came, in GeV, one an event.
    interaction
        One code an event: 1 QE, 2 RES, 8 2p2h, 0 none of the standard model.
    p4
        (E, px, py, pz) in GeV: event, slot, component; zero in an empty slot.
    pdg
        PDG codes: event, slot; 0 is an empty slot.
    """

    beam_energy: Array
    interaction: Codes
    p4: Array
    pdg: Codes

    @classmethod
    def of(
        cls, beam_energy: Array, interaction: int, particles: Sequence[tuple[Codes, Array]]
    ) -> "FinalStates":
        """Put particles side by side, each with one PDG code and one four-momentum an event."""
        pdg = np.stack([codes for codes, _ in particles], axis=1)
        p4 = np.stack([momenta for _, momenta in particles], axis=1)
        return cls(beam_energy, np.full(len(pdg), interaction), p4, pdg)

    def __len__(self) -> int:
        return len(self.pdg)

    @property
    def masses(self) -> Array:
        """Mass in GeV of each slot's particle."""
        return masses_of(self.pdg)

    @property
    def available_energy(self) -> Array:
        """Energy in GeV that a calorimeter can see of the hadronic system, one an event.

        Kinetic energy of protons and charged pions, total energy of neutral pions, photons and
        electrons, nothing of neutrons: MINERvA Collaboration, arXiv:1511.05944.
        """
        kind, energy = np.abs(self.pdg), self.p4[:, :, 0]
        kinetic = np.isin(kind, _KINETIC) * (energy - self.masses)
        available: Array = (kinetic + np.isin(kind, _TOTAL) * energy).sum(1)
        return available

    @property
    def final_state(self) -> Codes:
        """Its code by the pions in it, one an event."""
        charged, neutral = ((np.abs(self.pdg) == kind).sum(1) for kind in (211, 111))
        codes = np.full(len(self), OTHER)
        for code, number in ((CC_0PI, (0, 0)), (CC_1PI, (1, 0)), (CC_1PI0, (0, 1))):
            codes[(charged == number[0]) & (neutral == number[1])] = code
        return codes

    def take(self, events: NDArray[np.integer]) -> "FinalStates":
        """Take some events, in the order asked for."""
        columns = (self.beam_energy, self.interaction, self.p4, self.pdg)
        return FinalStates(*(column[events] for column in columns))

    def with_momenta(self, momenta: Array) -> "FinalStates":
        """Give the same particles other momenta (event, slot, 3) in GeV, on their mass shells."""
        flat = on_shell(momenta.reshape(-1, 3), self.masses.ravel())
        return replace(self, p4=flat.reshape(self.p4.shape))

    @classmethod
    def concatenate(cls, parts: Sequence["FinalStates"]) -> "FinalStates":
        """Put events one after the other; all get as many slots as the largest needs."""
        width = max(part.pdg.shape[1] for part in parts)

        def widened(column: NDArray[Any]) -> NDArray[Any]:
            gap = width - column.shape[1]
            return np.pad(column, [(0, 0), (0, gap), *[(0, 0)] * (column.ndim - 2)])

        return cls(
            np.concatenate([part.beam_energy for part in parts]),
            np.concatenate([part.interaction for part in parts]),
            np.concatenate([widened(part.p4) for part in parts]),
            np.concatenate([widened(part.pdg) for part in parts]),
        )


def masses_of(pdg: Codes) -> Array:
    """Look up masses in GeV by PDG code."""
    kinds = np.abs(pdg)
    masses = np.full(pdg.shape, np.nan)
    for kind, mass in MASSES.items():
        masses[kinds == kind] = mass
    return masses
