"""Energies of the neutrinos that come along z."""

from abc import ABC, abstractmethod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vierbein_neutrino.physics.kinematics import on_shell

Array = NDArray[np.float64]

_NUMI: Final = """
    2.57 6.53 16.97 25.15 33.12 40.73 42.76 34.20 20.41 11.06
    6.785 4.869 3.949 3.340 2.910 2.547 2.288 2.050 1.853 1.698
    1.536 1.415 1.281 1.184 1.073 0.9888 0.9061 0.8423 0.7608 0.6949
    0.6195 0.5788 0.5317 0.4758 0.4404 0.4026 0.3712 0.3404 0.3168 0.2907
"""
"""Muon neutrinos of the NuMI beam in its low-energy tune, in arbitrary units, by 0.5 GeV from 0."""

_STEP: Final = 0.5
_LEAST: Final = 0.15


class Beam(ABC):
    """Where neutrinos come from; they all fly along z."""

    @abstractmethod
    def energies(self, rng: np.random.Generator, num: int) -> Array:
        """Draw energies in GeV."""

    @abstractmethod
    def provenance(self) -> dict[str, Any]:
        """Say in plain data what it is."""

    def momenta(self, rng: np.random.Generator, num: int, mass: float = 0.0) -> Array:
        """Draw four-momenta along z, of neutrinos or of something as heavy as `mass` in GeV."""
        energy = self.energies(rng, num)
        zero = np.zeros(num)
        along = np.sqrt(np.maximum(energy**2 - mass**2, 0.0))
        return on_shell(np.column_stack([zero, zero, along]), np.full(num, mass))


class Monoenergetic(Beam):
    """Neutrinos of one energy.

    Parameters
    ----------
    energy
        In GeV.
    """

    def __init__(self, energy: float) -> None:
        self.energy = energy

    def energies(self, rng: np.random.Generator, num: int) -> Array:  # noqa: ARG002
        """Give the one energy."""
        return np.full(num, self.energy)

    def provenance(self) -> dict[str, Any]:
        """Give the energy in GeV."""
        return {"energy": self.energy}


class Numi(Beam):
    """The NuMI beam in its low-energy tune, 0.15 to 20 GeV, with the peak near 3.5 GeV [1]_.

    References
    ----------
    .. [1] MINERvA Collaboration, arXiv:1607.00704 (the flux of muon neutrinos, histogrammed).
    """

    def energies(self, rng: np.random.Generator, num: int) -> Array:
        """Draw a bin of the published histogram, and an energy uniformly within it."""
        flux = np.array([float(word) for word in _NUMI.split()])
        edges = np.cumsum(flux) / flux.sum()
        bins = np.minimum(np.searchsorted(edges, rng.random(num), side="right"), len(flux) - 1)
        return np.maximum((bins + rng.random(num)) * _STEP, _LEAST)

    def provenance(self) -> dict[str, Any]:
        """Give its name."""
        return {"flux": "NuMI, low-energy tune, arXiv:1607.00704"}
