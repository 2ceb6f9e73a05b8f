"""Whether a selection shapes, or a score follows, an observable that should be left alone."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from scipy.spatial.distance import pdist, squareform

from vierbein_safeguards.monitor import Scores

_BINS: Final = 10


@dataclass(frozen=True)
class Dependence:
    """A measure of dependence, and what it would be by chance.

    Parameters
    ----------
    value
        From 0 for none to 1.
    typical
        The central 95 % of it for as many events chosen at random.
    chance
        Probability that it is as large by chance.
    """

    value: float
    typical: tuple[float, float]
    chance: float

    @classmethod
    def against(cls, value: float, null: Float[NDArray[np.float64], " draw"]) -> "Dependence":
        """Hold a value against draws of chance."""
        low, high = np.quantile(null, [0.025, 0.975])
        above = (null >= value * (1 - 1e-9)).sum()
        return cls(float(value), (float(low), float(high)), float((above + 1) / (len(null) + 1)))


def sculpting(
    observable: Scores, score: Scores, share: float, rng: np.random.Generator, num: int = 400
) -> Dependence:
    """Compare an observable's distribution in events of high score with that in all.

    The figure is the divergence of Jensen and Shannon in bits, over bins of equal contents.

    Parameters
    ----------
    observable
        Of background events.
    score
        By which they are selected.
    share
        Of the events that are selected.
    rng
        Random numbers.
    num
        Random selections of as many events.

    Returns
    -------
    Dependence
        0 where the selection leaves the shape alone.

    References
    ----------
    Kasieczka and Shih, arXiv:2001.05310.
    """
    edges = np.unique(np.quantile(observable, np.linspace(0, 1, _BINS + 1)[1:-1]))
    bins = np.eye(len(edges) + 1)[np.searchsorted(edges, observable, side="right")]
    order = np.argsort(-score, kind="stable")
    selected = np.zeros((1, len(score)))
    selected[0, order[: max(1, round(share * len(score)))]] = 1
    null = rng.permuted(np.tile(selected, (num, 1)), axis=1)
    whole = bins.mean(axis=0)
    return Dependence.against(
        _divergence(selected @ bins, whole)[0], _divergence(null @ bins, whole)
    )


def _divergence(
    counts: Float[NDArray[np.float64], "draw bin"], whole: Float[NDArray[np.float64], " bin"]
) -> Float[NDArray[np.float64], " draw"]:
    first = counts / counts.sum(axis=1, keepdims=True)
    middle = (first + whole) / 2

    def entropy(shares: NDArray[np.float64]) -> NDArray[np.float64]:
        logs = np.log2(np.where(shares > 0, shares, 1.0))
        summed: NDArray[np.float64] = np.asarray(-(shares * logs).sum(axis=-1))
        return summed

    found: NDArray[np.float64] = entropy(middle) - (entropy(first) + entropy(whole)) / 2
    return found


def distance_correlation(
    observable: Scores, score: Scores, rng: np.random.Generator, num: int = 200
) -> Dependence:
    """Measure any dependence of two numbers, not the linear one alone.

    Parameters
    ----------
    observable
        Of some events.
    score
        Of the same.
    rng
        Random numbers.
    num
        Random orders of the score.

    Returns
    -------
    Dependence
        0 where score and observable are independent, but for what chance gives.

    References
    ----------
    Szekely, Rizzo and Bakirov, Ann. Stat. 35 (2007) 2769.
    """
    first, second = (_centred(values) for values in (observable, score))
    scale = np.sqrt((first**2).mean() * (second**2).mean())
    if not scale:
        return Dependence(0.0, (0.0, 0.0), 1.0)

    def correlation(order: NDArray[np.int64]) -> float:
        return float(np.sqrt(max((first * second[np.ix_(order, order)]).mean(), 0.0) / scale))

    null = [correlation(rng.permutation(len(score))) for _ in range(num)]
    return Dependence.against(correlation(np.arange(len(score))), np.array(null))


def _centred(values: Scores) -> NDArray[np.float64]:
    distances = squareform(pdist(values[:, None]))
    rows = distances.mean(axis=0)
    centred: NDArray[np.float64] = distances - rows[:, None] - rows + rows.mean()
    return centred
