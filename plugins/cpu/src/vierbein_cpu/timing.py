"""Times of functions against each other on a machine that others use too."""

import math
import time
from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

ROUNDS = 9
_SECONDS_A_ROUND = 0.02


def interleaved(
    functions: Mapping[str, Callable[[], object]],
) -> dict[str, Float[NDArray[np.float64], " round"]]:
    """Time functions in turn, round by round, so that a busy moment hits all of them.

    Each round calls a function often enough to last some hundredths of a second.

    Parameters
    ----------
    functions
        By name.

    Returns
    -------
    dict
        Seconds a call, one value a round.
    """
    calls = {}
    for name, function in functions.items():
        function()  # the first call also prepares memory
        calls[name] = max(1, math.ceil(_SECONDS_A_ROUND / _seconds(function, 1)))
    rounds = [
        {name: _seconds(function, calls[name]) for name, function in functions.items()}
        for _ in range(ROUNDS)
    ]
    return {name: np.array([times[name] for times in rounds]) for name in functions}


def _seconds(function: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - start) / calls
