"""The columns of a jet's record, and the numbers of events."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

JET_COLUMNS = ("jet_pt", "jet_eta", "jet_phi", "jet_mass")
"""GeV; the anti-kt jet of all its candidates, before the softest are dropped."""

FLOAT_PARTICLE_COLUMNS = ("part_pt", "part_deta", "part_dphi", "part_e", "part_d0")
"""GeV and mm; candidates are massless and ordered by falling pT; angles are taken to the jet's."""

CODE_PARTICLE_COLUMNS = ("part_charge", "part_kind")
"""The electric charge in units of the proton's; `Kind` of `generation.smearing`."""

MAX_PARTICLES = 100
"""How many candidates a record keeps, where a detector does not say otherwise."""

_SEED_BITS, _DOMAIN_BITS, _PROCESS_BITS, _BLOCK_BITS, _INDEX_BITS = 24, 4, 4, 20, 11

MAX_SEED = 2**_SEED_BITS - 1

_SHARED = 2**_PROCESS_BITS - 1
"""Processes from here on share this number, and take the upper half of the block's bits."""

_SHARED_BLOCK_BITS = _BLOCK_BITS // 2


def event_ids(
    seed: int, domain: int, process: int, block: int, index: NDArray[np.integer[Any]]
) -> NDArray[np.int64]:
    """Give jets numbers that are unique over seeds, domains, processes and blocks, in 63 bits.

    Parameters
    ----------
    seed
        Of the dataset; up to `MAX_SEED`.
    domain
        The detector's number, below 16.
    process
        The process's number, below 128.
    block
        The block's number: below 2**20, and below 2**10 for processes from 15 on.
    index
        Places of the jets in their block, below 2048.

    Returns
    -------
    ndarray
        One number a jet.

    Examples
    --------
    >>> event_ids(seed=0, domain=0, process=1, block=0, index=np.array([3])) - 2**31
    array([3])
    """
    if process >= _SHARED:
        process, block = _SHARED, (process - _SHARED) << _SHARED_BLOCK_BITS | block
    prefix = 0
    for value, bits in (
        (seed, _SEED_BITS),
        (domain, _DOMAIN_BITS),
        (process, _PROCESS_BITS),
        (block, _BLOCK_BITS),
    ):
        prefix = prefix << bits | value
    return np.int64(prefix << _INDEX_BITS) + index.astype(np.int64)
