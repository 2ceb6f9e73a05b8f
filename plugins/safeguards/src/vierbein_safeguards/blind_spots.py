"""Blind spots: the signals of a bank that one search needs more of than another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from vierbein.interfaces.figure import Figure
from vierbein_safeguards.sensitivity import REPLICAS, HalfPowers, Ratio, Toys

_MOST_FLIPS = 12
LEVEL = 0.9
"""Of the intervals of figures that no verdict hangs on."""

Hunt = Sequence[Mapping[str, Toys]]
"""Toys of every signal by name, for each training seed."""


@dataclass(frozen=True)
class BlindSpots:
    """Signal fractions that two searches need, signal by signal.

    Parameters
    ----------
    ours
        Of the search that is judged.
    twin
        Of the search that it is held against.
    unreachable
        Signals that neither sees half of the time at any strength, with most seeds: they have no
        ratio.
    """

    ours: Mapping[str, HalfPowers]
    twin: Mapping[str, HalfPowers]
    unreachable: Sequence[str]

    @classmethod
    def between(
        cls, ours: Hunt, twin: Hunt, false_alarm: float, rng: np.random.Generator
    ) -> "BlindSpots":
        """Compare two hunts for the same signals, seed by seed."""
        unseen = [
            name
            for name in ours[0]
            if not any(_is_reached(hunt, name, false_alarm) for hunt in (ours, twin))
        ]
        seen = [name for name in ours[0] if name not in unseen]
        first, second = (
            {
                name: HalfPowers.of([toys[name] for toys in hunt], false_alarm, REPLICAS, rng)
                for name in seen
            }
            for hunt in (ours, twin)
        )
        return cls(first, second, unseen)

    @property
    def ratios(self) -> dict[str, HalfPowers]:
        """The blind-spot ratio of every signal, in logarithms."""
        return {name: ours.over(self.twin[name]) for name, ours in self.ours.items()}

    def control(self) -> dict[str, HalfPowers]:
        """Give ratios between twins of different seeds, in pairs that share none."""
        return {
            name: powers.of_seeds(slice(1, None, 2)).over(
                powers.of_seeds(slice(0, len(powers.logs) // 2 * 2, 2))
            )
            for name, powers in self.twin.items()
        }

    def scatter(self, name: str) -> Figure:
        """Give the factor by which s50 differs from one twin to another, median over the bank."""
        spread = [np.sqrt(2) * powers.logs.std(ddof=1) for powers in self.twin.values()]
        value, low, high = np.exp(np.quantile(spread, [0.5, 0.0, 1.0]))
        return Figure(name, float(value), float(low), float(high))


def surest(ratios: Mapping[str, HalfPowers], level: float) -> tuple[str, Ratio]:
    """Name the signal whose ratio is surely largest: the one with the largest lower end.

    Parameters
    ----------
    ratios
        At least one.
    level
        Of the intervals.

    Returns
    -------
    str
        The signal.
    Ratio
        Its ratio.
    """
    found = {name: ratio.mean(level) for name, ratio in ratios.items()}
    name = max(found, key=lambda each: found[each].low)
    return name, found[name]


def family_level(false_alarm: float, num: int) -> float:
    """Give the level at which `num` lower ends together err with a probability of `false_alarm`.

    After Bonferroni, so that the probability is an upper bound whatever the ratios share.
    """
    return 1 - 2 * false_alarm / num


def figure(name: str, ratio: Ratio) -> Figure:
    """Make a figure of a ratio."""
    return Figure(name, ratio.value, ratio.low, ratio.high)


def median(name: str, ratios: Mapping[str, HalfPowers], rng: np.random.Generator) -> Figure:
    """Give the median ratio of a bank, with its bootstrap interval over seeds and toys."""
    logs = np.array([ratio.logs for ratio in ratios.values()])
    replicas = np.array([ratio.replicas for ratio in ratios.values()])
    num_seeds, num = replicas.shape[1:]
    chosen = rng.integers(0, num_seeds, (num_seeds, num))
    drawn = np.median(replicas[:, chosen, np.arange(num)].mean(axis=1), axis=0)
    value = np.median(logs.mean(axis=1))
    low, high = np.quantile(drawn, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    value, low, high = np.exp([value, min(low, value), max(high, value)])
    return Figure(name, float(value), float(low), float(high))


def share_above(name: str, ratios: Mapping[str, HalfPowers], threshold: float) -> Figure:
    """Give the share of signals whose ratio's lower end, at 90 %, is above a threshold."""
    share = float(np.mean([ratio.mean(LEVEL).low > threshold for ratio in ratios.values()]))
    return Figure(name, share, share, share)


def chance_of_exchange(ratios: Mapping[str, HalfPowers]) -> float:
    """Give the permutation p-value of the bank's largest ratio.

    If the two arms of a seed could be exchanged, the sign of its ratios would be chance: all signs
    are tried, one a seed for all signals, and each time the bank's largest mean ratio counts, so
    that looking at many signals is paid for. No distribution is assumed; with `n` seeds the
    p-value is 1 / 2^n at least.
    """
    logs: Float[NDArray[np.float64], "signal seed"] = np.array([r.logs for r in ratios.values()])
    num = min(logs.shape[1], _MOST_FLIPS)
    signs = np.array(list(product((1.0, -1.0), repeat=num)))
    largest = (logs[:, :num] @ signs.T).max(axis=0)
    return float(np.mean(largest >= largest[0] - 1e-12))


def _is_reached(hunt: Hunt, name: str, false_alarm: float) -> bool:
    return 2 * sum(toys[name].is_reached(false_alarm) for toys in hunt) >= len(hunt)
