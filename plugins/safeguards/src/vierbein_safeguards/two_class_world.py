"""A world of two classes and two classifiers of which everything is known."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

_APART = 2.0
_NOISE = 0.8


@dataclass(frozen=True)
class Drawn:
    """Events: their classes, and the probabilities that two classifiers give.

    Parameters
    ----------
    classes
        0 or 1.
    first
        One classifier's probabilities.
    second
        The other's, which rest in part on the same.
    """

    classes: Int[NDArray[np.int64], " event"]
    first: Float[NDArray[np.float64], "event 2"]
    second: Float[NDArray[np.float64], "event 2"]


def draw(
    num: int, fraction: float, rng: np.random.Generator, *, first_is_higher_by: float = 0.0
) -> Drawn:
    """Draw events whose classes differ by two in a normal number that both classifiers see noisily.

    Parameters
    ----------
    num
        How many.
    fraction
        Of class 1.
    rng
        Random numbers.
    first_is_higher_by
        What the first classifier's probability of class 1 is wrong by.

    Returns
    -------
    Drawn
        The events.
    """
    classes = (rng.random(num) < fraction).astype(np.int64)
    seen = _APART * (classes - 0.5) + rng.normal(size=num)
    first, second = (
        1 / (1 + np.exp(-_APART * (seen + _NOISE * rng.normal(size=num)))) for _ in range(2)
    )
    first = first + first_is_higher_by
    return Drawn(classes, *(np.stack([1 - p, p], axis=1) for p in (first, second)))
