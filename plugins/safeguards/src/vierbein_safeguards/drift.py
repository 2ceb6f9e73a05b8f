"""How far what a feature carries has moved between two samples, and whether by chance."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from vierbein_safeguards.attribution import Attributions

Moves = Float[NDArray[np.float64], " feature"]


@dataclass(frozen=True)
class Drift:
    """Distances between a network's attributions in two samples.

    Parameters
    ----------
    names
        Of the features.
    moves
        Each feature's Wasserstein distance, in standard deviations of the answers.
    low
        Lower ends of their 95 % intervals.
    high
        Upper ends.
    chance
        Probability that the largest is as large where both samples are of one kind.
    """

    names: tuple[str, ...]
    moves: Moves
    low: Moves
    high: Moves
    chance: float

    @property
    def first(self) -> int:
        """Which feature has moved most."""
        return int(self.moves.argmax())


def drift(
    here: Attributions, there: Attributions, rng: np.random.Generator, num: int = 400
) -> Drift:
    """Compare the attributions of one network in two samples.

    The unit is the standard deviation of the answers in both samples together, so that features
    compare by what they do to the answer. Exchanging events between the samples gives the
    distribution of the largest distance where nothing differs, exactly.

    Parameters
    ----------
    here
        In one sample.
    there
        In the other.
    rng
        Random numbers.
    num
        Exchanges, and bootstrap replicas.

    Returns
    -------
    Drift
        Of every feature.
    """
    pooled = np.concatenate([here.values, there.values])
    unit = max(np.concatenate([here.answers, there.answers]).std(), np.finfo(float).tiny)
    sizes = (len(here.values), len(there.values))
    is_here = (np.arange(sum(sizes)) < sizes[0]).astype(np.float64)
    exchanged = rng.permuted(np.tile(is_here, (num, 1)), axis=1)
    drawn = [rng.multinomial(size, np.full(size, 1 / size), num) for size in sizes]
    resampled = np.concatenate(drawn, axis=1).astype(np.float64)
    moves = _distances(pooled, is_here[None], 1 - is_here[None])[0] / unit
    null = _distances(pooled, exchanged, 1 - exchanged) / unit
    replicas = _distances(pooled, resampled * is_here, resampled * (1 - is_here)) / unit
    low, high = np.quantile(replicas, [0.025, 0.975], axis=0)
    above = (null.max(axis=1) >= moves.max() * (1 - 1e-9)).sum()
    # A distance of resamples is biased upwards: the interval must still hold the estimate.
    low, high = np.minimum(low, moves), np.maximum(high, moves)
    return Drift(here.names, moves, low, high, float((above + 1) / (num + 1)))


def _distances(
    pooled: Float[NDArray[np.float64], "event feature"],
    here: Float[NDArray[np.float64], "replica event"],
    there: Float[NDArray[np.float64], "replica event"],
) -> Float[NDArray[np.float64], "replica feature"]:
    """Integrate the differences of distribution functions, feature by feature."""
    difference = here / here.sum(1, keepdims=True) - there / there.sum(1, keepdims=True)
    columns = []
    for values in pooled.T:
        order = np.argsort(values, kind="stable")
        gaps = np.diff(values[order])
        columns.append(np.abs(difference[:, order].cumsum(axis=1)[:, :-1]) @ gaps)
    return np.stack(columns, axis=1)
