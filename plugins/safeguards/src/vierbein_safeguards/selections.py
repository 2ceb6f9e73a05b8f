"""Selections: whether two networks find the same events anomalous, and order events alike."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float
from numpy.typing import NDArray
from scipy import stats

from vierbein.interfaces.figure import Figure
from vierbein_safeguards.monitor import Scores

Selected = Bool[NDArray[np.bool_], " event"]
_LEVEL = 0.9


def most_anomalous(scores: Scores, share: float) -> Selected:
    """Select the share of events with the largest scores."""
    selected = np.zeros(len(scores), bool)
    selected[np.argsort(-scores, kind="stable")[: max(1, round(share * len(scores)))]] = True
    return selected


def chance_overlap(share: float) -> float:
    """Give the overlap of two selections that have nothing to do with each other."""
    # Of two shares q, both have q^2 of the events, and either has 2 q - q^2.
    return share / (2 - share)


def overlap(name: str, pairs: Sequence[tuple[Selected, Selected]], level: float = _LEVEL) -> Figure:
    """Give the overlap of two selections of like size: events in both over events in either.

    Parameters
    ----------
    name
        Of the figure.
    pairs
        Selections from the same events, one pair a training seed.
    level
        Of the interval, after Clopper and Pearson for the share of a selection that is in the
        other. Seeds select from the same events, and so do not narrow it.

    Returns
    -------
    Figure
        The Jaccard index.
    """
    common = float(np.mean([(one & two).sum() for one, two in pairs]))
    num, tail = float(pairs[0][0].sum()), 0.5 - level / 2
    low = stats.beta.ppf(tail, common, num - common + 1) if common else 0.0
    high = stats.beta.isf(tail, common + 1, num - common) if common < num else 1.0
    value, low, high = (float(share / (2 - share)) for share in (common / num, low, high))
    return Figure(name, value, low, high)


def disagreement(
    first: Float[NDArray[np.float64], "event score"],
    second: Float[NDArray[np.float64], "event score"],
) -> float:
    """Give the share of pairs of events that two networks order differently; 0.5 is chance.

    That is half of one minus Kendall's tau, averaged over the scores; a score that does not tell
    any events apart is at chance.
    """
    found = [
        stats.kendalltau(one, two).statistic for one, two in zip(first.T, second.T, strict=True)
    ]
    return float(np.mean((1 - np.nan_to_num(found)) / 2))


def mean(name: str, values: Sequence[float]) -> Figure:
    """Average with Student's 90 % interval; one value has none."""
    middle = float(np.mean(values))
    if (num := len(values)) < 2:  # noqa: PLR2004 - one value has no scatter
        return Figure(name, middle, middle, middle)
    half = float(stats.t.ppf(0.5 + _LEVEL / 2, num - 1) * np.std(values, ddof=1) / np.sqrt(num))
    return Figure(name, middle, max(middle - half, 0.0), middle + half)
