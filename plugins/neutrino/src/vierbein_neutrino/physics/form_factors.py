"""What a nucleon looks like to the weak current, by momentum transfer."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vierbein_neutrino.physics.constants import AXIAL_COUPLING, NUCLEON, PION

Array = NDArray[np.float64]

AXIAL_MASS: Final = 1.03
"""Of the quasielastic dipole, in GeV."""
_DELTA_AXIAL_MASS: Final = 1.05
_VECTOR_MASS_2: Final = 0.71
_DELTA_C5A: Final = 1.2
_PROTON_MOMENT, _NEUTRON_MOMENT = 2.7928, -1.9130


class NucleonFactors(NamedTuple):
    """Form factors of n -> p, dimensionless.

    Parameters
    ----------
    f1
        Dirac.
    f2
        Pauli, with the anomalous magnetic moment in it.
    axial
        Negative: the current is written as V + A with it.
    pseudoscalar
        From the axial one by PCAC.
    """

    f1: Array
    f2: Array
    axial: Array
    pseudoscalar: Array


class DeltaFactors(NamedTuple):
    """Form factors of n -> Delta+, dimensionless: C3V, C4V, C5V, C4A, C5A and C6A."""

    c3v: Array
    c4v: Array
    c5v: Array
    c4a: Array
    c5a: Array
    c6a: Array


def axial_dipole(q2: Array) -> Array:
    """Give what falls with q2 (in GeV^2) of the axial form factor; 1 at 0."""
    dipole: Array = (1 + q2 / AXIAL_MASS**2) ** -2.0
    return dipole


def nucleon_factors(q2: Array) -> NucleonFactors:
    """Give the form factors of the nucleon: BBBA05 vector ones [1]_, a dipole axial one [2]_.

    Parameters
    ----------
    q2
        -(momentum transfer)^2, in GeV^2.

    Returns
    -------
    NucleonFactors
        One value of each.

    References
    ----------
    .. [1] R. Bradford, A. Bodek, H. Budd, J. Arrington, hep-ex/0602017, table 1.
    .. [2] C. H. Llewellyn Smith, Phys. Rept. 3 (1972) 261, eqs. 3.14-3.18.
    """
    tau = q2 / (4 * NUCLEON**2)
    electric_p = (1 - 0.0578 * tau) / (1 + 11.1 * tau + 13.6 * tau**2 + 33.0 * tau**3)
    electric_n = (1.25 * tau + 1.30 * tau**2) / (
        1 - 9.86 * tau + 305 * tau**2 - 758 * tau**3 + 802 * tau**4
    )
    magnetic_p = _PROTON_MOMENT * (1 + 0.15 * tau)
    magnetic_p = magnetic_p / (1 + 11.1 * tau + 19.6 * tau**2 + 7.54 * tau**3)
    magnetic_n = _NEUTRON_MOMENT * (1 + 1.81 * tau)
    magnetic_n = magnetic_n / (1 + 14.1 * tau + 20.7 * tau**2 + 68.7 * tau**3)
    electric, magnetic = electric_p - electric_n, magnetic_p - magnetic_n
    f2 = (magnetic - electric) / (1 + tau)
    axial = -AXIAL_COUPLING * axial_dipole(q2)
    return NucleonFactors(magnetic - f2, f2, axial, 2 * NUCLEON**2 * axial / (PION**2 + q2))


def delta_factors(q2: Array) -> DeltaFactors:
    """Give the form factors of n -> Delta+ [1]_.

    Parameters
    ----------
    q2
        -(momentum transfer)^2, in GeV^2.

    Returns
    -------
    DeltaFactors
        One value of each.

    References
    ----------
    .. [1] O. Lalakulich, E. A. Paschos, G. Piranishvili, Phys. Rev. D 74 (2006) 014009.
    """
    dipole = 1 / (1 + q2 / _VECTOR_MASS_2) ** 2
    slow = dipole / (1 + q2 / (4 * _VECTOR_MASS_2))
    c5v = 0.48 * dipole / (1 + q2 / (0.776 * _VECTOR_MASS_2))
    axial_mass_2 = _DELTA_AXIAL_MASS**2
    c5a = _DELTA_C5A / (1 + q2 / axial_mass_2) ** 2 / (1 + q2 / (3 * axial_mass_2))
    c6a = c5a * NUCLEON**2 / (q2 + PION**2)
    return DeltaFactors(2.13 * slow, -1.51 * slow, c5v, -c5a / 4, c5a, c6a)
