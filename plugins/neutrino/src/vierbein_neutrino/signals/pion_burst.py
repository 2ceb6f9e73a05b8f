"""Several pions at once, where the Delta would give one."""

from functools import cached_property
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vierbein_neutrino.physics.constants import NUCLEON, PION
from vierbein_neutrino.physics.final_states import Codes, FinalStates
from vierbein_neutrino.physics.form_factors import axial_dipole
from vierbein_neutrino.physics.interactions import NEW, Exposure
from vierbein_neutrino.physics.kinematics import decayed
from vierbein_neutrino.physics.leptonic import vertex
from vierbein_neutrino.physics.nucleus import NEUTRON, PROTON
from vierbein_neutrino.physics.process import Process, Trials

Array = NDArray[np.float64]

_ENERGY_OF_EACH: Final = 0.2
"""Kinetic energy in GeV that the hadrons have at rest, for each pion."""


class PionBurst(Process):
    """nu N -> mu X, X -> N and `num_pions` pions by phase space.

    X has the mass of nucleon and pions and 0.2 GeV for each pion; its charges are all that the
    nucleon's allows, with equal shares. Momentum transfers follow a squared dipole of the axial
    mass.

    Parameters
    ----------
    exposure
        Beam and nucleus.
    num_pions
        How many.
    """

    def __init__(self, exposure: Exposure, num_pions: int) -> None:
        self.exposure, self.num_pions = exposure, num_pions

    def trials(self, rng: np.random.Generator, num: int) -> Trials:
        """Draw events with phase space times the dipole as weight."""
        nucleus = self.exposure.nucleus
        is_proton = rng.random(num) * (nucleus.protons + nucleus.neutrons) < nucleus.protons
        fermi = nucleus.fermi(rng, num)
        nucleon = nucleus.nucleon(rng, np.where(is_proton, fermi[PROTON], fermi[NEUTRON]))
        neutrino = self.exposure.beam.momenta(rng, num)
        bound = nucleon - [nucleus.removal_energy, 0.0, 0.0, 0.0]
        mass = NUCLEON + self.num_pions * (PION + _ENERGY_OF_EACH)
        at = vertex(rng, neutrino, bound, np.full(num, mass))
        masses = [np.full(num, m) for m in (NUCLEON, *[PION] * self.num_pions)]
        phase_space, products = decayed(rng, at.hadrons, masses)
        weight = np.where(at.is_open, at.range * axial_dipole(at.q2) ** 2 * phase_space, 0.0)
        codes = self._charged(rng, is_proton)
        muon = (np.full(num, self.exposure.muon), at.muon)
        particles = [muon, *zip(codes.T, products, strict=True)]
        return Trials(weight, FinalStates.of(neutrino[:, 0], NEW, particles))

    def _charged(self, rng: np.random.Generator, is_proton: NDArray[np.bool_]) -> Codes:
        codes = np.empty((len(is_proton), self.num_pions + 1), np.int64)
        for struck in (False, True):
            rows = np.flatnonzero(is_proton == struck)
            allowed = self._allowed[struck + (-1 if self.exposure.anti else 1)]
            codes[rows] = allowed[rng.integers(0, len(allowed), len(rows))]
        return codes

    @cached_property
    def _allowed(self) -> dict[int, Codes]:
        """PDG codes of nucleon and pions, by their charge in all."""
        kinds = {PROTON: 1, NEUTRON: 0, 211: 1, 111: 0, -211: -1}
        rows = [*product((PROTON, NEUTRON), *[(211, 111, -211)] * self.num_pions)]
        charges = np.array([sum(kinds[code] for code in row) for row in rows])
        return {charge: np.array(rows)[charges == charge] for charge in set(charges.tolist())}
