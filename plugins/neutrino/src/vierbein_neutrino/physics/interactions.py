"""Charged-current interactions with one nucleon of a nucleus."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from vierbein_neutrino.physics.beam import Beam
from vierbein_neutrino.physics.constants import AREA, COS_CABIBBO, FERMI, MUON, NUCLEON, PION
from vierbein_neutrino.physics.delta import Delta, delta_production
from vierbein_neutrino.physics.final_states import Codes, FinalStates
from vierbein_neutrino.physics.kinematics import decayed, dot
from vierbein_neutrino.physics.leptonic import vertex
from vierbein_neutrino.physics.nucleus import NEUTRON, PROTON, Nucleus
from vierbein_neutrino.physics.process import Process, Trials
from vierbein_neutrino.physics.products import Products
from vierbein_neutrino.physics.quasielastic import quasielastic

Array = NDArray[np.float64]

QE, RES, TWO_NUCLEONS, NEW = 1, 2, 8, 0
"""Codes of interactions, as in the public MINERvA simulation; 0 is none of them."""

LARGEST_MASS: Final = 1.7
"""In GeV: above, deep-inelastic scattering would take over, which is not here."""

_STRENGTH: Final = FERMI**2 * COS_CABIBBO**2 / 2 * AREA


@dataclass(frozen=True)
class Exposure:
    """A beam and what it hits.

    Parameters
    ----------
    nucleus
        What it hits.
    beam
        The neutrinos.
    anti
        Whether they are antineutrinos.
    """

    nucleus: Nucleus
    beam: Beam
    anti: bool

    @property
    def muon(self) -> int:
        """The muon's PDG code."""
        return -13 if self.anti else 13

    @property
    def changed(self) -> tuple[int, int]:
        """The nucleon that a boson can turn into another, and that other; by PDG code."""
        return (PROTON, NEUTRON) if self.anti else (NEUTRON, PROTON)


class WithNucleon(Process):
    """A neutrino and one nucleon of the local Fermi gas.

    Parameters
    ----------
    exposure
        Beam and nucleus.
    struck
        PDG code of the nucleon that is hit.
    """

    code: ClassVar[int]
    """Of the interaction."""

    def __init__(self, exposure: Exposure, struck: int) -> None:
        self.exposure, self.struck = exposure, struck

    def trials(self, rng: np.random.Generator, num: int) -> Trials:
        """Draw events with the differential cross-section as weight."""
        nucleus = self.exposure.nucleus
        neutrino = self.exposure.beam.momenta(rng, num)
        fermi = nucleus.fermi(rng, num)
        nucleon = nucleus.nucleon(rng, fermi[self.struck])
        bound = nucleon - [nucleus.removal_energy, 0.0, 0.0, 0.0]
        together = neutrino + bound
        mass, density = self.masses(rng, np.sqrt(dot(together, together)))
        at = vertex(rng, neutrino, bound, mass)
        products = Products.of(neutrino, at.muon, nucleon, at.hadrons)
        # Phase space is 1 / (16 pi k.p) in q2; the flux is relative to a moving nucleon.
        constant = 64 * np.pi * dot(neutrino, bound) * neutrino[:, 0] * nucleon[:, 0]
        with np.errstate(all="ignore"):  # where it is closed, numbers mean nothing
            weight = density * self.squared(products, mass) * at.range / constant
        weight *= _STRENGTH * nucleus.number(self.struck)
        codes, hadrons = self.hadrons(rng, at.hadrons)
        size_2 = (hadrons[0][:, 1:] ** 2).sum(1)
        limit = np.where(codes[0] == PROTON, fermi[PROTON], fermi[NEUTRON])
        is_possible = at.is_open & (products.q2 > 0) & (size_2 >= limit**2)  # Pauli
        muon = np.full(num, self.exposure.muon)
        particles = [(muon, at.muon), *zip(codes, hadrons, strict=True)]
        states = FinalStates.of(neutrino[:, 0], self.code, particles)
        return Trials(np.where(is_possible, np.maximum(weight, 0.0), 0.0), states)

    @abstractmethod
    def masses(self, rng: np.random.Generator, root: Array) -> tuple[Array, Array]:
        """Draw the mass of the hadrons below `root`, in GeV, and give its density's weight."""

    @abstractmethod
    def squared(self, at: Products, mass: Array) -> Array:
        """Contract the tensors, in GeV^4."""

    @abstractmethod
    def hadrons(self, rng: np.random.Generator, p4: Array) -> tuple[list[Codes], list[Array]]:
        """Make the particles of the hadronic system, the nucleon first."""


class Quasielastic(WithNucleon):
    """nu n -> mu- p, or nubar p -> mu+ n.

    Parameters
    ----------
    exposure
        Beam and nucleus.
    """

    code: ClassVar[int] = QE

    def __init__(self, exposure: Exposure) -> None:
        super().__init__(exposure, exposure.changed[0])

    def masses(self, rng: np.random.Generator, root: Array) -> tuple[Array, Array]:  # noqa: ARG002
        """Give that of the nucleon."""
        return np.full(len(root), NUCLEON), np.ones(len(root))

    def squared(self, at: Products, mass: Array) -> Array:  # noqa: ARG002 - it is the nucleon's
        """Contract the tensors."""
        return quasielastic(at, anti=self.exposure.anti)

    def hadrons(self, rng: np.random.Generator, p4: Array) -> tuple[list[Codes], list[Array]]:  # noqa: ARG002
        """Give the nucleon."""
        return [np.full(len(p4), self.exposure.changed[1])], [p4]


class DeltaProduction(WithNucleon):
    """nu N -> mu Delta -> mu N pi, isotropic in the Delta's rest frame.

    Parameters
    ----------
    exposure
        Beam and nucleus.
    struck
        PDG code of the nucleon that is hit.
    delta
        The resonance.
    """

    code: ClassVar[int] = RES

    def __init__(self, exposure: Exposure, struck: int, delta: Delta = Delta()) -> None:  # noqa: B008
        super().__init__(exposure, struck)
        self.delta = delta

    def masses(self, rng: np.random.Generator, root: Array) -> tuple[Array, Array]:
        """Draw from a Cauchy distribution in mass squared, and weigh by the resonance's own."""
        pole, spread = self.delta.mass**2, self.delta.mass * self.delta.width
        lowest = NUCLEON + PION
        edges = (np.full(len(root), lowest), np.clip(root - MUON, lowest, LARGEST_MASS))
        low, high = (np.arctan((edge**2 - pole) / spread) for edge in edges)
        tangent = np.tan(low + (high - low) * rng.random(len(root)))
        mass = np.sqrt(pole + spread * tangent)
        weight = self.delta.line(mass) * (high - low) * spread * (1 + tangent**2)
        return np.maximum(mass, lowest), weight

    def squared(self, at: Products, mass: Array) -> Array:
        """Contract the tensors; p -> Delta++ is three times n -> Delta+."""
        isospin = 1 if self.struck == self.exposure.changed[0] else 3
        return isospin * delta_production(at, mass, anti=self.exposure.anti)

    def hadrons(self, rng: np.random.Generator, p4: Array) -> tuple[list[Codes], list[Array]]:
        """Let it decay, with the charges of isospin 3/2."""
        num = len(p4)
        _, (nucleon, pion) = decayed(rng, p4, [np.full(num, NUCLEON), np.full(num, PION)])
        same, other = (np.full(num, pdg) for pdg in self.exposure.changed[::-1])
        sign = -1 if self.exposure.anti else 1
        if self.struck != self.exposure.changed[0]:
            return [same, np.full(num, 211 * sign)], [nucleon, pion]
        is_neutral = rng.random(num) < 2 / 3
        codes = [np.where(is_neutral, same, other), np.where(is_neutral, 111, 211 * sign)]
        return codes, [nucleon, pion]


def standard(exposure: Exposure) -> list[WithNucleon]:
    """Give the interactions that are expected."""
    deltas = [DeltaProduction(exposure, struck) for struck in exposure.changed]
    return [Quasielastic(exposure), *deltas]
