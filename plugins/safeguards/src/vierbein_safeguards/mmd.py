"""Maximum mean discrepancy: whether a batch as a whole is of the kind that is familiar."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

Sample = Float[NDArray[np.float64], "_event _column"]
"""Samples differ in their events; one without any may lack columns, too."""

_MOST: Final = 600
"""Events of each sample that enter: the cost grows with the square of their number."""
_CHUNK: Final = 500
_TIE: Final = 1e-9
_FAR: Final = 1e6
"""Standard deviations at which an event stands that has a value which is no number."""


@dataclass(frozen=True)
class Discrepancy:
    """How unlike two samples are, and whether by chance.

    Parameters
    ----------
    share
        Of events that, moved infinitely far away from all others, would be as unlike.
    chance
        Probability that samples of one kind are as unlike.
    """

    share: float
    chance: float


def discrepancy(
    train: Sample, familiar: Sample, events: Sample, smallest: float, rng: np.random.Generator
) -> Discrepancy:
    """Compare a batch with familiar events by their kernel's maximum mean discrepancy.

    The kernel is Gaussian, as wide as the median distance of all events, in columns that are
    standardised by the training events. Exchanging events between both samples gives the
    distribution where nothing differs, exactly, whatever it is [1]_. The squared discrepancy is
    unbiased; over the kernel's mean among familiar events it is the squared share of events that
    were replaced by others which lie far away from everything.

    Parameters
    ----------
    train
        Events that set the columns' units.
    familiar
        Calibration events.
    events
        The batch.
    smallest
        Probability that must be resolved.
    rng
        Of the exchanges.

    Returns
    -------
    Discrepancy
        Of at most 600 events of both.

    References
    ----------
    .. [1] Gretton et al., J. Mach. Learn. Res. 13 (2012) 723.
    """
    center, spread = train.mean(axis=0), train.std(axis=0)
    unit = np.where(spread > 0, spread, 1.0)
    first, second = (
        np.nan_to_num((_some(columns) - center) / unit, nan=_FAR, posinf=_FAR, neginf=-_FAR)
        for columns in (familiar, events)
    )
    if min(len(first), len(second)) < 2:  # noqa: PLR2004 - a pair
        return Discrepancy(0.0, 1.0)
    distances = cdist(*[np.concatenate([first, second])] * 2, "sqeuclidean")
    width = np.median(distances[np.triu_indices(len(distances), 1)])
    kernel = np.exp(-distances / (2 * max(width, np.finfo(float).tiny)))
    np.fill_diagonal(kernel, 0.0)
    num, size = math.ceil(2 / smallest) - 1, len(first)
    is_first = (np.arange(len(kernel)) < size).astype(np.float64)
    found = _squared(kernel, is_first[None])[0]
    above = 0
    for start in range(0, num, _CHUNK):
        tiled = np.tile(is_first, (min(_CHUNK, num - start), 1))
        null = _squared(kernel, rng.permuted(tiled, axis=1))
        above += int((null >= found - _TIE).sum())
    among = kernel[:size, :size].sum() / (size * (size - 1))
    return Discrepancy(math.sqrt(min(max(found / among, 0.0), 1.0)), (above + 1) / (num + 1))


def _some(columns: Sample) -> Sample:
    """Keep so many events that are spread over the whole sample."""
    num = len(columns)
    kept: NDArray[np.float64] = columns[np.linspace(0, num - 1, min(num, _MOST)).astype(np.int64)]
    return kept


def _squared(
    kernel: Float[NDArray[np.float64], "event event"],
    first: Float[NDArray[np.float64], "exchange event"],
) -> Float[NDArray[np.float64], " exchange"]:
    """Estimate the squared discrepancy of many partitions by one matrix product."""
    m = first[0].sum()
    n = len(kernel) - m
    within = first @ kernel
    towards = kernel.sum(axis=1) - within
    same = (within * first).sum(axis=1)
    across = (towards * first).sum(axis=1)
    other = (towards * (1 - first)).sum(axis=1)
    squared: NDArray[np.float64] = (
        same / (m * (m - 1)) + other / (n * (n - 1)) - 2 * across / (m * n)
    )
    return squared
