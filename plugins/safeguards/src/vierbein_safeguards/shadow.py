"""A physics shadow: boosted trees on observables that imitate a network's answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingRegressor

Columns = Float[NDArray[np.float64], "event observable"]
Answers = Float[NDArray[np.float64], " event"]

_REPEATS: Final = 5
_REPLICAS: Final = 200
_HUGE: Final = 1e30
"""What stands for an infinite observable: trees ask for its rank alone."""


@dataclass(frozen=True)
class Shadow:
    """How well observables explain a network's answers, and which do.

    Parameters
    ----------
    fidelity
        Share of the answers' variance that the trees explain, in events that they did not learn
        from.
    low
        Lower end of its 95 % interval.
    high
        Its upper end.
    importances
        How much of it is lost where an observable is shuffled, by the observable's name.
    """

    fidelity: float
    low: float
    high: float
    importances: dict[str, float]


def shadow(
    names: Sequence[str], columns: Columns, answers: Answers, rng: np.random.Generator
) -> Shadow:
    """Train trees on one half of the events, and hold them against the answers of the other.

    Parameters
    ----------
    names
        Of the observables.
    columns
        Their values.
    answers
        Of the network.
    rng
        Random numbers.

    Returns
    -------
    Shadow
        Of the second half.
    """
    finite = np.nan_to_num(columns, posinf=_HUGE, neginf=-_HUGE)
    half = len(answers) // 2
    order = rng.permutation(len(answers))
    learned, judged = order[:half], order[half:]
    trees = GradientBoostingRegressor(random_state=0, min_samples_leaf=10)
    trees.fit(finite[learned], answers[learned])
    truth, events = answers[judged], finite[judged]
    squares = (truth - trees.predict(events)) ** 2
    fidelity = _explained(truth, squares[None], np.ones((1, len(truth))))[0]
    drawn = rng.multinomial(len(truth), np.full(len(truth), 1 / len(truth)), _REPLICAS)
    low, high = np.quantile(_explained(truth, squares[None], drawn), [0.025, 0.975])
    importances = {}
    for at, name in enumerate(names):
        shuffled = np.tile(events, (_REPEATS, 1))
        orders = [rng.permutation(len(truth)) for _ in range(_REPEATS)]
        shuffled[:, at] = np.concatenate([events[each, at] for each in orders])
        wrong = (np.tile(truth, _REPEATS) - trees.predict(shuffled)) ** 2
        spoilt = _explained(truth, wrong.reshape(_REPEATS, -1), np.ones((1, len(truth))))
        importances[name] = float(fidelity - spoilt.mean())
    return Shadow(
        float(fidelity), float(min(low, fidelity)), float(max(high, fidelity)), importances
    )


def _explained(
    truth: Answers,
    squares: Float[NDArray[np.float64], "repeat event"],
    counts: NDArray[np.generic],
) -> NDArray[np.float64]:
    shares = counts / counts.sum(axis=1, keepdims=True)
    variance: NDArray[np.float64] = (shares * truth**2).sum(axis=1) - (shares * truth).sum(
        axis=1
    ) ** 2
    left: NDArray[np.float64] = (shares * squares).sum(axis=1)
    explained: NDArray[np.float64] = 1 - left / np.maximum(variance, np.finfo(float).tiny)
    return explained
