"""How well a score tells two samples apart."""

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from scipy import optimize, stats

from vierbein.interfaces.figure import Figure

_HAIR = 1e-9


def auroc(
    name: str,
    first: Float[NDArray[np.float64], " first"],
    second: Float[NDArray[np.float64], " second"],
) -> Figure:
    """Estimate the probability that a score of the second sample exceeds one of the first.

    The 95 % interval holds all values that are within 1.96 of their own standard errors of the
    estimate, so that it has a width at 1 too.

    Parameters
    ----------
    name
        Of the figure.
    first
        Scores of one sample.
    second
        Scores of the other.

    Returns
    -------
    Figure
        0.5 where the samples cannot be told apart.

    References
    ----------
    Newcombe, Stat. Med. 25 (2006) 559, method 5; Hanley and McNeil, Radiology 143 (1982) 29.
    """
    m, n = len(first), len(second)
    ranks = stats.rankdata(np.concatenate([first, second]))[m:]
    value = float((ranks.sum() - n * (n + 1) / 2) / (m * n))
    z = float(stats.norm.ppf(0.975))

    def excess(truth: float) -> float:
        pairs = (m + n) / 2 - 1
        spread = 1 + pairs * ((1 - truth) / (2 - truth) + truth / (1 + truth))
        return (value - truth) ** 2 - z**2 * truth * (1 - truth) * spread / (m * n)

    # A hair beside the estimate, which is itself a root where it is 0 or 1.
    low = optimize.brentq(excess, 0.0, value - _HAIR) if value > _HAIR else 0.0
    high = optimize.brentq(excess, value + _HAIR, 1.0) if value < 1 - _HAIR else 1.0
    return Figure(name, value, low, high)
