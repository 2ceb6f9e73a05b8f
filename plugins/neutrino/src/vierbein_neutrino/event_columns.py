"""The columns of a neutrino event's record, and the numbers of events."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

TRUTH_COLUMNS: Final = ("neutrino_energy", "available_energy", "interaction", "final_state")
"""GeV; codes of `physics.interactions` and of `physics.final_states`."""

EVENT_COLUMNS: Final = ("vertex_energy",)
"""GeV; kinetic energy of charged particles that are too slow for a track."""

PARTICLE_COLUMNS: Final = ("part_px", "part_py", "part_pz", "part_mass", "part_pdg")
"""GeV, the beam along z; the mass is that of the PDG code."""

COLUMNS: Final = ("event_id", *TRUTH_COLUMNS, "signal", *EVENT_COLUMNS, *PARTICLE_COLUMNS)
"""All of them."""

BLOCK: Final = 1000
"""Events in a block: each has a seed of its own."""

_SEED_BITS, _BEAM_BITS, _SIGNAL_BITS, _BLOCK_BITS, _INDEX_BITS = 22, 4, 6, 20, 10

MAX_SEED: Final = 2**_SEED_BITS - 1


def event_ids(seed: int, beam: int, signal: int, block: int, num: int) -> NDArray[np.int64]:
    """Give a block's events numbers that are unique over seeds, beams, signals and blocks.

    Parameters
    ----------
    seed
        Of the dataset; up to `MAX_SEED`.
    beam
        Number of nucleus and kind of neutrino, below 16.
    signal
        The signal's number, below 64; 0 is none.
    block
        The block's number, below 2**20.
    num
        How many events; up to `BLOCK`.

    Returns
    -------
    ndarray
        One number an event, in 62 bits.

    Examples
    --------
    >>> event_ids(seed=0, beam=0, signal=0, block=1, num=2)
    array([1024, 1025])
    """
    prefix = 0
    for value, bits in (
        (seed, _SEED_BITS),
        (beam, _BEAM_BITS),
        (signal, _SIGNAL_BITS),
        (block, _BLOCK_BITS),
    ):
        prefix = prefix << bits | value
    return np.int64(prefix << _INDEX_BITS) + np.arange(num)
