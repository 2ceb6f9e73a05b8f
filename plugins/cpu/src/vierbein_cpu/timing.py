"""Times of functions against each other on a machine that others use too."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray

from vierbein.interfaces.figure import Figure

ROUNDS = 9
_SECONDS_A_ROUND = 0.02

Times: TypeAlias = Float[NDArray[np.float64], " round"]


def interleaved(
    functions: Mapping[str, Callable[[], object]],
) -> dict[str, Times]:
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


def compared(times: Mapping[str, Times], num_events: int) -> list[Figure]:
    """Say how fast functions are that do the same batch, and the first against each other one.

    Parameters
    ----------
    times
        Seconds a call by name, round by round, as `interleaved` gives them.
    num_events
        Events in a batch.

    Returns
    -------
    list
        Time a batch and events a second of each, then how many times faster the first is: medians
        of the rounds, with their least and largest.
    """
    what = f"batch of {num_events}"
    figures = []
    for name, seconds in times.items():
        figures += [
            of_rounds(f"latency, {what}, {name}", 1e6 * seconds, "us"),
            of_rounds(f"rate, {what}, {name}", num_events / seconds, "events/s"),
        ]
    first, *others = times
    for name in others:
        gain = times[name] / times[first]
        figures.append(of_rounds(f"speed-up over {name}, {what}", gain, "1"))
    return figures


def of_rounds(name: str, rounds: Times, unit: str) -> Figure:
    """Give the median of rounds, with their least and largest."""
    low, middle, high = (float(value) for value in np.quantile(rounds, (0.0, 0.5, 1.0)))
    return Figure(name, middle, low, high, unit, "measured")


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread, without gradients."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            yield
    finally:
        torch.set_num_threads(threads)


def _seconds(function: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - start) / calls
