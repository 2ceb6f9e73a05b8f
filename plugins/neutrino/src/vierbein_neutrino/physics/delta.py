"""nu N -> mu Delta(1232): the whole current of spin 3/2, by helicity amplitudes."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vierbein_neutrino.physics.constants import NUCLEON, PION
from vierbein_neutrino.physics.form_factors import delta_factors
from vierbein_neutrino.physics.products import Products

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Delta:
    """A resonance of the shape of the Delta(1232).

    Parameters
    ----------
    mass
        In GeV.
    width
        In GeV, at its mass; elsewhere it grows with the pion's momentum cubed (a p wave).
    """

    mass: float = 1.232
    width: float = 0.118

    def running_width(self, w: Array) -> Array:
        """Give the width in GeV at an invariant mass, in GeV."""
        at_mass = _pion_momentum(np.asarray(self.mass))
        width: Array = self.width * (_pion_momentum(w) / at_mass) ** 3
        return width

    def line(self, w: Array) -> Array:
        """Give the Breit-Wigner distribution in mass squared, in GeV^-2, at masses in GeV."""
        shape = w * self.running_width(w)
        line: Array = shape / np.pi / ((w**2 - self.mass**2) ** 2 + shape**2)
        return line


class Hadron(NamedTuple):
    """Components of the hadron tensor where the resonance rests and q points along z, in GeV^2.

    Parameters
    ----------
    right
        Of the boson of helicity +1.
    left
        Of helicity -1.
    tt
        Time-time.
    tz
        Time-z.
    zz
        z-z.
    """

    right: Array
    left: Array
    tt: Array
    tz: Array
    zz: Array


def hadron_tensor(q2: Array, w: Array) -> Hadron:
    """Square the amplitudes of n -> Delta+, averaged over the nucleon's spin.

    The current is that of Lalakulich et al. [1]_. At rest the Rarita-Schwinger spinors are products
    of polarisation vectors and two-spinors, so that each amplitude is a line.

    Parameters
    ----------
    q2
        -(momentum transfer)^2, in GeV^2.
    w
        Invariant mass of the resonance, in GeV.

    Returns
    -------
    Hadron
        The components that are not zero.

    References
    ----------
    .. [1] O. Lalakulich, E. A. Paschos, G. Piranishvili, Phys. Rev. D 74 (2006) 014009.
    """
    c3v, c4v, c5v, c4a, c5a, c6a = delta_factors(q2)
    time, q = _boson(q2, w)
    energy = w - time  # of the nucleon, which moves along -z
    norm, lower = np.sqrt(2 * w * (energy + NUCLEON)), q / (energy + NUCLEON)
    c3v, mass_2 = c3v / NUCLEON, NUCLEON**2
    q_dot_w, q_dot_p = time * w, time * energy + q**2
    scalar = (c4v * q_dot_w + c5v * q_dot_p) / mass_2
    vector = -norm * (c3v * (time * lower + q) + lower * scalar)
    spin_flip = norm * q * c3v
    axial = norm * (c4a * q_dot_w / mass_2 + c5a)
    along = np.sqrt(2 / 3)
    vector_t = -along * norm * q * lower * (c3v + (c4v * w + c5v * energy) / mass_2)
    vector_z = along * (vector + norm * q * (c3v + lower * c5v * q / mass_2))
    axial_t = along * norm * q * (c4a * w - c6a * time) / mass_2
    axial_z = along * (axial - norm * q * c6a * q / mass_2)
    half = vector + 2 * spin_flip
    return Hadron(
        right=((axial + vector) ** 2 + (axial - half) ** 2 / 3) / 2,
        left=((axial - vector) ** 2 + (axial + half) ** 2 / 3) / 2,
        tt=vector_t**2 + axial_t**2,
        tz=vector_t * vector_z + axial_t * axial_z,
        zz=vector_z**2 + axial_z**2,
    )


def delta_production(at: Products, w: Array, *, anti: bool) -> Array:
    """Contract the lepton tensor with that of n -> Delta+, or of p -> Delta0 for antineutrinos.

    Parameters
    ----------
    at
        Products of momenta.
    w
        Invariant mass of the resonance, in GeV.
    anti
        Whether it is an antineutrino.

    Returns
    -------
    ndarray
        In GeV^4, as `quasielastic`; to be multiplied with the line of the resonance.
    """
    hadron = hadron_tensor(at.q2, w)
    time, q = _boson(at.q2, w)
    # Energies, and momenta along q, where the resonance rests.
    neutrino_t, muon_t = (
        (at.neutrino_nucleon + at.neutrino_q) / w,
        (at.muon_nucleon + at.muon_q) / w,
    )
    neutrino_z, muon_z = (time * neutrino_t - at.neutrino_q) / q, (time * muon_t - at.muon_q) / q
    tt, zz = neutrino_t * muon_t, neutrino_z * muon_z
    tz, zt = neutrino_t * muon_z, neutrino_z * muon_t
    contracted = (
        hadron.tt * (2 * tt - at.leptons)
        - 2 * hadron.tz * (tz + zt)
        + hadron.zz * (2 * zz + at.leptons)
        + (hadron.right + hadron.left) * (tt - zz)
    )
    handed = (hadron.right - hadron.left) * (tz - zt)
    return 8 * (contracted + (-1 if anti else 1) * handed)


def _boson(q2: Array, w: Array) -> tuple[Array, Array]:
    """Give energy and momentum of the boson where the resonance rests, in GeV."""
    time = (w**2 - NUCLEON**2 - q2) / (2 * w)
    return time, np.sqrt(time**2 + q2)


def _pion_momentum(w: Array) -> Array:
    energy = (w**2 + PION**2 - NUCLEON**2) / (2 * w)
    momentum: Array = np.sqrt(np.maximum(energy**2 - PION**2, 0.0))
    return momentum
