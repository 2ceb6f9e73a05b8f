"""Nuclei as a local Fermi gas."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vierbein_neutrino.physics.constants import HBARC, NUCLEON
from vierbein_neutrino.physics.kinematics import isotropic, on_shell

Array = NDArray[np.float64]

PROTON, NEUTRON = 2212, 2112
_RADII: Final = np.linspace(0.0, 12.0, 2401)


class Density(ABC):
    """How nucleons are spread over the radius."""

    @abstractmethod
    def __call__(self, radius: Array) -> Array:
        """Give the density at radii in fm; the normalisation does not matter."""


@dataclass(frozen=True)
class Oscillator(Density):
    """Of light nuclei: (1 + alpha x^2) exp(-x^2), x = r / length, with the length in fm."""

    length: float
    alpha: float

    def __call__(self, radius: Array) -> Array:
        """Give the density."""
        x2 = (radius / self.length) ** 2
        density: Array = (1 + self.alpha * x2) * np.exp(-x2)
        return density


@dataclass(frozen=True)
class WoodsSaxon(Density):
    """Of heavy nuclei: 1 / (1 + exp((r - radius) / skin)), both in fm."""

    radius: float
    skin: float

    def __call__(self, radius: Array) -> Array:
        """Give the density."""
        density: Array = (1 - np.tanh((radius - self.radius) / (2 * self.skin))) / 2
        return density


@dataclass(frozen=True)
class Nucleus:
    """Nucleons that fill all momenta below that of Fermi at each radius.

    Parameters
    ----------
    protons
        Their number.
    neutrons
        Their number.
    removal_energy
        In GeV; a neutrino spends it on freeing a nucleon.
    density
        Of charge, taken for protons and neutrons alike; None for nucleons that are free and rest.
    """

    protons: int
    neutrons: int
    removal_energy: float
    density: Density | None

    def number(self, pdg: int) -> int:
        """Give the number of protons or of neutrons."""
        return self.protons if pdg == PROTON else self.neutrons

    def fermi(self, rng: np.random.Generator, num: int) -> dict[int, Array]:
        """Draw where it is hit, and give the Fermi momenta there.

        Parameters
        ----------
        rng
            Random numbers.
        num
            How many places.

        Returns
        -------
        dict
            Those of protons and of neutrons in GeV, one value a place.
        """
        if self.density is None:
            return {PROTON: np.zeros(num), NEUTRON: np.zeros(num)}
        profile, cumulated = self._profile
        radius = np.interp(rng.random(num), cumulated, _RADII)
        density = np.interp(radius, _RADII, profile)
        return {
            pdg: HBARC * np.cbrt(3 * np.pi**2 * self.number(pdg) * density)
            for pdg in (PROTON, NEUTRON)
        }

    def nucleon(self, rng: np.random.Generator, fermi: Array) -> Array:
        """Draw nucleons uniformly in the Fermi sphere, as four-momenta in GeV."""
        size = fermi * np.cbrt(rng.random(len(fermi)))
        momentum = isotropic(rng, len(fermi)) * size[:, None]
        return on_shell(momentum, np.full(len(fermi), NUCLEON))

    @cached_property
    def _profile(self) -> tuple[Array, Array]:
        """Give the density of one nucleon in fm^-3, and the share of it within each radius."""
        assert self.density is not None  # noqa: S101 - asked for by `fermi` alone
        density = self.density(_RADII)
        shell = 4 * np.pi * _RADII**2 * density
        within = np.concatenate([[0.0], np.cumsum((shell[1:] + shell[:-1]) / 2 * np.diff(_RADII))])
        return density / within[-1], within / within[-1]


FREE: Final = Nucleus(1, 1, 0.0, None)
"""A proton and a neutron, at rest, each for itself."""

NUCLEI: Final[Mapping[str, Nucleus]] = MappingProxyType(
    {
        "C12": Nucleus(6, 6, 0.025, Oscillator(1.692, 1.082)),
        "Ar40": Nucleus(18, 22, 0.030, WoodsSaxon(3.53, 0.542)),
    }
)
"""Charge densities: H. de Vries et al., Atom. Data Nucl. Data Tabl. 36 (1987) 495."""
