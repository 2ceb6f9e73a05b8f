"""A heavy neutral lepton that comes with the beam and decays in the detector."""

from collections.abc import Sequence

import numpy as np

from vierbein_neutrino.physics.beam import Beam
from vierbein_neutrino.physics.final_states import FinalStates, masses_of
from vierbein_neutrino.physics.interactions import NEW
from vierbein_neutrino.physics.kinematics import decayed
from vierbein_neutrino.physics.process import Process, Trials


class HeavyNeutralLepton(Process):
    """N -> some particles, in flight along the beam, isotropic and without a matrix element.

    Its energies are those of the beam's neutrinos, times the chance to decay within a short
    stretch, which goes as mass over momentum.

    Parameters
    ----------
    beam
        Whose energies it has.
    mass
        In GeV.
    products
        PDG codes of what it decays into.
    """

    def __init__(self, beam: Beam, mass: float, products: Sequence[int]) -> None:
        self.beam, self.mass, self.products = beam, mass, tuple(products)

    def trials(self, rng: np.random.Generator, num: int) -> Trials:
        """Draw decays, weighted with their chance and with phase space."""
        parent = self.beam.momenta(rng, num, self.mass)
        is_fast = parent[:, 0] > 1.05 * self.mass
        chance = np.where(is_fast, self.mass / np.maximum(parent[:, 3], 0.1 * self.mass), 0.0)
        codes = [np.full(num, code) for code in self.products]
        phase_space, momenta = decayed(rng, parent, [masses_of(code) for code in codes])
        particles = [*zip(codes, momenta, strict=True)]
        states = FinalStates.of(parent[:, 0], NEW, particles)
        return Trials(chance * phase_space, states)
