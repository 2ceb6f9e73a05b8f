"""Anti-kt jets of reconstructed candidates.

References
----------
.. [1] M. Cacciari, G. Salam, G. Soyez, arXiv:0802.1189 (anti-kt).
.. [2] M. Cacciari, G. Salam, G. Soyez, arXiv:1111.6097 (FastJet).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vierbein_collider.generation.optional import optional
from vierbein_collider.generation.smearing import Candidates


@dataclass(frozen=True)
class Jets:
    """Jets of a batch of collisions, flat.

    Parameters
    ----------
    collision
        The collision's number in its batch.
    pt
        Transverse momenta in GeV.
    eta
        Pseudorapidities.
    phi
        Azimuths in (-pi, pi].
    mass
        Masses in GeV.
    members
        Positions of the jets' candidates, jet after jet.
    offsets
        Where each jet's members begin, and the end.
    """

    collision: NDArray[np.int64]
    pt: NDArray[np.float64]
    eta: NDArray[np.float64]
    phi: NDArray[np.float64]
    mass: NDArray[np.float64]
    members: NDArray[np.int64]
    offsets: NDArray[np.int64]


def cluster(candidates: Candidates, num_collisions: int, radius: float, pt_min: float) -> Jets:
    """Find the anti-kt jets [1]_ above a transverse momentum (GeV) with FastJet [2]_.

    Parameters
    ----------
    candidates
        Massless, of a batch of collisions; pT in GeV.
    num_collisions
        How many collisions the batch has.
    radius
        The radius parameter R.
    pt_min
        Least transverse momentum of a jet, in GeV.

    Returns
    -------
    Jets
        Those of all collisions, collision after collision.

    Raises
    ------
    GeneratorNotInstalledError
        If FastJet is not installed.
    """
    awkward, fastjet = optional("awkward"), optional("fastjet")
    optional("vector").register_awkward()
    counts = np.bincount(candidates.collision, minlength=num_collisions)
    momenta = {
        "px": candidates.pt * np.cos(candidates.phi),
        "py": candidates.pt * np.sin(candidates.phi),
        "pz": candidates.pt * np.sinh(candidates.eta),
        "E": candidates.pt * np.cosh(candidates.eta),
    }
    clouds = awkward.zip(
        {name: awkward.unflatten(values, counts) for name, values in momenta.items()},
        with_name="Momentum4D",
    )
    definition = fastjet.JetDefinition(fastjet.antikt_algorithm, radius)
    sequence = fastjet.ClusterSequence(clouds, definition)
    jets, members = sequence.inclusive_jets(pt_min), sequence.constituent_index(pt_min)
    collision = np.repeat(np.arange(num_collisions), awkward.to_numpy(awkward.num(jets)))
    flat = awkward.flatten(jets)
    sizes = awkward.to_numpy(awkward.flatten(awkward.num(members, axis=2)))
    first = np.cumsum(counts) - counts
    within = awkward.to_numpy(awkward.flatten(members, axis=None)).astype(np.int64)
    return Jets(
        collision,
        pt=awkward.to_numpy(flat.pt),
        eta=awkward.to_numpy(flat.eta),
        phi=awkward.to_numpy(flat.phi),
        mass=awkward.to_numpy(flat.mass),
        members=within + np.repeat(first[collision], sizes),
        offsets=np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]),
    )
