"""Constants of nature, in GeV: Particle Data Group, Phys. Rev. D 110, 030001 (2024)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NUCLEON: Final = 0.938919
"""Mean mass of proton and neutron; isospin is taken as exact."""
PION: Final = 0.138039
"""Mean mass of the three pions."""
MUON: Final = 0.1056584
ELECTRON: Final = 0.000510999

FERMI: Final = 1.1663788e-5
"""The Fermi constant in GeV^-2."""
COS_CABIBBO: Final = 0.9743
AXIAL_COUPLING: Final = 1.2723
HBARC: Final = 0.1973270
"""In GeV fm."""
AREA: Final = 0.3893794e-27 / 1e-38
"""1 GeV^-2 in units of 1e-38 cm^2."""

MASSES: Final[Mapping[int, float]] = MappingProxyType(
    {
        0: 0.0,
        11: ELECTRON,
        13: MUON,
        14: 0.0,
        22: 0.0,
        111: PION,
        211: PION,
        2112: NUCLEON,
        2212: NUCLEON,
    }
)
"""By the absolute value of the PDG code; 0 is an empty slot."""
