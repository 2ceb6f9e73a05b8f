"""More interactions with pairs of nucleons than there should be."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from vierbein_neutrino.physics.constants import NUCLEON
from vierbein_neutrino.physics.final_states import FinalStates
from vierbein_neutrino.physics.form_factors import axial_dipole
from vierbein_neutrino.physics.interactions import TWO_NUCLEONS, Exposure
from vierbein_neutrino.physics.kinematics import decayed
from vierbein_neutrino.physics.leptonic import vertex
from vierbein_neutrino.physics.nucleus import NEUTRON, PROTON
from vierbein_neutrino.physics.process import Process, Trials

Array = NDArray[np.float64]

_SPREAD: Final = 0.05
"""Of the mass of the pair, in GeV."""
_LEAST: Final = 0.005
_MIXED: Final = 0.8
"""Share of pairs of a proton and a neutron, as electron scattering finds (arXiv:0908.1514)."""


class TwoNucleons(Process):
    """nu N N -> mu N N: kinematics alone, as a cluster of two nucleons that breaks up evenly.

    The cluster's mass is two nucleons' and the excitation, with a Gaussian spread of 0.05 GeV;
    momentum transfers follow a squared dipole of the axial mass.

    Parameters
    ----------
    exposure
        Beam and nucleus.
    excitation
        In GeV.
    """

    def __init__(self, exposure: Exposure, excitation: float) -> None:
        self.exposure, self.excitation = exposure, excitation

    def trials(self, rng: np.random.Generator, num: int) -> Trials:
        """Draw events with the dipole as weight, and without those that Pauli forbids."""
        nucleus = self.exposure.nucleus
        before, after = self.exposure.changed
        partner = np.where(rng.random(num) < _MIXED, after, before)
        fermi = nucleus.fermi(rng, num)
        pair = nucleus.nucleon(rng, fermi[before])
        pair = pair + nucleus.nucleon(rng, _of(fermi, partner))
        pair[:, 0] -= 2 * nucleus.removal_energy
        excitation = np.maximum(self.excitation + _SPREAD * rng.standard_normal(num), _LEAST)
        neutrino = self.exposure.beam.momenta(rng, num)
        at = vertex(rng, neutrino, pair, 2 * NUCLEON + excitation)
        _, nucleons = decayed(rng, at.hadrons, [np.full(num, NUCLEON)] * 2)
        codes = [np.full(num, after), partner]
        is_possible = at.is_open
        for code, p4 in zip(codes, nucleons, strict=True):
            is_possible = is_possible & ((p4[:, 1:] ** 2).sum(1) >= _of(fermi, code) ** 2)
        particles = [
            (np.full(num, self.exposure.muon), at.muon),
            *zip(codes, nucleons, strict=True),
        ]
        states = FinalStates.of(neutrino[:, 0], TWO_NUCLEONS, particles)
        return Trials(np.where(is_possible, at.range * axial_dipole(at.q2) ** 2, 0.0), states)


def _of(fermi: dict[int, Array], codes: NDArray[np.int64]) -> Array:
    return np.where(codes == PROTON, fermi[PROTON], fermi[NEUTRON])
