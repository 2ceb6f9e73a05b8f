"""The invariants that a cross-section is a function of."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vierbein_neutrino.physics.kinematics import dot

Array = NDArray[np.float64]


class Products(NamedTuple):
    """Products of four-momenta in GeV^2, one value an event.

    For a nucleon that is bound, the momentum transfer is not quite what the leptons lose: it is
    what brings the nucleon from its mass shell to the hadrons' momentum [1]_.

    Parameters
    ----------
    leptons
        Neutrino and muon.
    neutrino_nucleon
        Neutrino and struck nucleon.
    muon_nucleon
        Muon and struck nucleon.
    neutrino_q
        Neutrino and momentum transfer.
    muon_q
        Muon and momentum transfer.
    q2
        -(momentum transfer)^2.

    References
    ----------
    .. [1] T. de Forest, Nucl. Phys. A 392 (1983) 232.
    """

    leptons: Array
    neutrino_nucleon: Array
    muon_nucleon: Array
    neutrino_q: Array
    muon_q: Array
    q2: Array

    @classmethod
    def of(cls, neutrino: Array, muon: Array, nucleon: Array, hadrons: Array) -> "Products":
        """Multiply four-momenta in GeV; the nucleon is on its mass shell."""
        q = hadrons - nucleon
        return cls(
            dot(neutrino, muon),
            dot(neutrino, nucleon),
            dot(muon, nucleon),
            dot(neutrino, q),
            dot(muon, q),
            -dot(q, q),
        )
