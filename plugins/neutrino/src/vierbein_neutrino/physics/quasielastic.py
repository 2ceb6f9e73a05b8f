"""nu n -> mu- p and its mirror image."""

import numpy as np
from numpy.typing import NDArray

from vierbein_neutrino.physics.constants import NUCLEON
from vierbein_neutrino.physics.form_factors import nucleon_factors
from vierbein_neutrino.physics.products import Products

Array = NDArray[np.float64]


def quasielastic(at: Products, *, anti: bool) -> Array:
    """Contract the lepton tensor with the nucleon's.

    The nucleon's is written with the structure functions W1 to W5 of Llewellyn Smith [1]_.

    Parameters
    ----------
    at
        Products of momenta.
    anti
        Whether it is an antineutrino.

    Returns
    -------
    ndarray
        In GeV^4, summed over spins and averaged over the nucleon's. Times G^2 cos^2 / 2, it is the
        squared matrix element.

    References
    ----------
    .. [1] C. H. Llewellyn Smith, Phys. Rept. 3 (1972) 261, section 3.3.
    """
    f1, f2, axial, pseudoscalar = nucleon_factors(at.q2)
    mass_2 = NUCLEON**2
    tau = at.q2 / (4 * mass_2)
    w1 = tau * (f1 + f2) ** 2 + (1 + tau) * axial**2
    w2 = f1**2 + tau * f2**2 + axial**2
    w3 = 2 * axial * (f1 + f2)
    w4 = (tau - 1) * f2**2 / 4 - f1 * f2 / 2 + tau * pseudoscalar**2 - axial * pseudoscalar
    energies = at.neutrino_nucleon * at.muon_q + at.muon_nucleon * at.neutrino_q
    handed = at.neutrino_nucleon * at.muon_q - at.muon_nucleon * at.neutrino_q
    contracted = (
        2 * mass_2 * at.leptons * w1
        + (2 * at.neutrino_nucleon * at.muon_nucleon - mass_2 * at.leptons) * w2
        + (2 * at.neutrino_q * at.muon_q + at.q2 * at.leptons) * w4
        + (energies - at.q2 / 2 * at.leptons) * w2  # W5 is W2, and p.q is q2 / 2
        + (1 if anti else -1) * handed * w3
    )
    return 32 * contracted
