"""Significance improvement: what a cut on an anomaly score is worth for a signal."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from scipy import stats

from vierbein.interfaces.figure import Figure

FEWEST = 10
"""Background events below which no figure rests on them."""
_LEVEL = 0.9
_CUTS = 30


def improvement(
    name: str,
    background: Float[NDArray[np.float64], " known"],
    signal: Float[NDArray[np.float64], " signal"],
) -> Figure:
    """Estimate the largest significance improvement that a cut on a score gives.

    It is the signal's efficiency over the root of the background's [1]_. The cut is chosen on every
    second event and judged on the others, so that a lucky cut gains nothing; both leave at least
    `FEWEST` background events. The 90 % interval has Clopper and Pearson's error of the signal's
    efficiency and Garwood's, of a Poisson count, of the background's.

    Parameters
    ----------
    name
        Of the figure.
    background
        Scores of events without signal; larger is more anomalous.
    signal
        Scores of the signal's.

    Returns
    -------
    Figure
        1 where the score is worth nothing; also with fewer than 40 background events.

    References
    ----------
    .. [1] LHC Olympics 2020, arXiv:2101.08320.
    """
    choice, ranked = np.sort(background[::2])[::-1], np.sort(background[1::2])[::-1]
    if len(ranked) < 2 * FEWEST:
        return Figure(name, 1.0, 0.0, 1.0)
    kept = np.unique(np.geomspace(FEWEST, len(choice), _CUTS).astype(np.int64))
    cuts = choice[kept - 1]
    efficiency = (signal[::2] >= cuts[:, None]).mean(axis=1)
    cut = min(cuts[np.argmax(efficiency / np.sqrt(kept / len(choice)))], ranked[FEWEST - 1])
    num, total = int((background[1::2] >= cut).sum()), len(ranked)
    passed = stats.binomtest(int((signal[1::2] >= cut).sum()), len(signal[1::2]))
    binomial = passed.proportion_ci(_LEVEL)
    few, many = stats.chi2.ppf([0.5 - _LEVEL / 2, 0.5 + _LEVEL / 2], [2 * num, 2 * num + 2]) / 2
    value = passed.statistic / np.sqrt(num / total)
    low = np.hypot(value - binomial.low / np.sqrt(num / total), value - value * np.sqrt(num / many))
    high = np.hypot(
        binomial.high / np.sqrt(num / total) - value, value * np.sqrt(num / few) - value
    )
    return Figure(name, float(value), float(max(value - low, 0.0)), float(value + high))


def mean_improvement(name: str, seeds: Sequence[Figure]) -> Figure:
    """Average over training seeds; events are the same for all, and so do not average."""
    value = float(np.mean([each.value for each in seeds]))
    low, high = (float(np.mean([getattr(e, end) for e in seeds])) for end in ("low", "high"))
    half = 0.0
    if (num := len(seeds)) > 1:
        scatter = float(np.std([each.value for each in seeds], ddof=1))
        half = float(stats.t.ppf(0.5 + _LEVEL / 2, num - 1)) * scatter / num**0.5
    below, above = np.hypot(value - low, half), np.hypot(high - value, half)
    return Figure(name, value, float(max(value - below, 0.0)), float(value + above))
