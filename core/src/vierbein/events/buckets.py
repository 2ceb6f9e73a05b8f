"""Batches by length, so that padding costs little."""

import numpy as np
from numpy.typing import NDArray

CHUNK = 50


def batches(
    lengths: NDArray[np.int64],
    batch_size: int,
    rng: np.random.Generator | None,
    *,
    chunk: int = CHUNK,
) -> list[NDArray[np.int64]]:
    """Put events of like length together.

    Events are shuffled, cut into chunks of `chunk` batches, sorted by length inside each chunk, and
    the batches are shuffled again: random order at the price of a few per cent of padding.

    Parameters
    ----------
    lengths
        Particles of each event.
    batch_size
        Events a batch; the last one of a pass may be smaller.
    rng
        Where the order comes from; without one, all events are sorted by length, for evaluation.
    chunk
        Batches that are sorted together.

    Returns
    -------
    list
        Positions of each batch's events; every event once.
    """
    num = len(lengths)
    if rng is None:
        order = np.argsort(lengths, kind="stable")
        return [order[i : i + batch_size] for i in range(0, num, batch_size)]
    order = rng.permutation(num)
    made = []
    for start in range(0, num, chunk * batch_size):
        part = order[start : start + chunk * batch_size]
        part = part[np.argsort(lengths[part], kind="stable")]
        made += [part[i : i + batch_size] for i in range(0, len(part), batch_size)]
    return [made[i] for i in rng.permutation(len(made))]


def padding_waste(lengths: NDArray[np.int64], parts: list[NDArray[np.int64]]) -> float:
    """Give padded slots over real particles: 1 wastes nothing.

    Parameters
    ----------
    lengths
        Particles of each event.
    parts
        Positions of each batch's events.

    Returns
    -------
    float
        At least 1; 0 if there is no particle.

    Examples
    --------
    >>> padding_waste(np.array([1, 3]), [np.array([0, 1])])
    1.5
    """
    padded = sum(int(lengths[part].max()) * len(part) for part in parts)
    return padded / max(int(lengths.sum()), 1)
