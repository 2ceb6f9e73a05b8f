"""Input words that break converters: what a backend must get right besides ordinary events."""

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray

from vierbein.fixed_point.program import Program

Words = Int[NDArray[np.int64], "event particle feature"]
Cases = Int[NDArray[np.int64], "case particle feature"]

_RANDOM, _ALTERED = 64, 8


def adversarial(program: Program, ordinary: Words, seed: int = 0) -> Cases:
    """Put hard cases behind ordinary events.

    No particle and every smaller number of particles than there are slots; each input at both ends
    of its format, alone and all together; one spacing more and less than ordinary; ordinary events
    with their particles in reverse and in random order; words drawn evenly from the whole grid.

    Parameters
    ----------
    program
        Whose inputs they are.
    ordinary
        Words of events, at least one.
    seed
        Of what is drawn.

    Returns
    -------
    Int[NDArray[np.int64], "case particle feature"]
        The ordinary ones first.
    """
    rng, ends = np.random.default_rng(seed), (program.format.lowest, program.format.highest)
    some = ordinary[:_ALTERED]
    num_particles, num_words = program.shape[0], int(np.prod(program.shape))
    fewer = np.repeat(ordinary[:1], num_particles + 1, axis=0)
    fewer[np.arange(num_particles)[None, :] >= np.arange(num_particles + 1)[:, None]] = 0
    alone = np.zeros((2 * num_words, num_words), np.int64)
    alone[np.arange(2 * num_words), np.arange(2 * num_words) % num_words] = np.repeat(
        ends, num_words
    )
    together = np.stack([np.full(program.shape, end) for end in ends])
    order = rng.permuted(np.tile(np.arange(num_particles), (len(some), 1)), axis=1)
    shuffled = np.take_along_axis(some, order[..., None], axis=1)
    drawn = rng.integers(ends[0], ends[1] + 1, (_RANDOM, *program.shape))
    cases = [
        ordinary,
        fewer,
        alone.reshape(-1, *program.shape),
        together,
        some + 1,
        some - 1,
        some[:, ::-1],
        shuffled,
        drawn,
    ]
    hard: Cases = np.clip(np.concatenate(cases), *ends)
    return hard
