"""What a cascade does to samples of test events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vierbein.interfaces.figure import Figure, Line, Picture
from vierbein_safeguards.cascade import Chosen, efficiency
from vierbein_safeguards.counting import counting_toys
from vierbein_safeguards.monitor import Scores
from vierbein_safeguards.search import TAIL
from vierbein_safeguards.sensitivity import half_power_ratio

_LEVEL: Final = 0.9
_REPLICAS: Final = 200
_BUDGETS: Final = np.geomspace(0.01, 1.0, 25)
_SHOWN: Final = 3


@dataclass(frozen=True)
class Judged:
    """A sample of test events, seen by both methods.

    Parameters
    ----------
    name
        The target domain, or the signal.
    fast
        Fast scores.
    selected
        Which events the fast method hands on.
    kept
        Which the slow method keeps, if it sees them.
    efficiency
        Share of the kept that are selected.
    """

    name: str
    fast: Scores
    selected: Chosen
    kept: Chosen
    efficiency: Figure


def savings(fast: float, slow: float, seen: float) -> list[Figure]:
    """Say what a cascade saves.

    Parameters
    ----------
    fast
        Operations of the fast method for all events.
    slow
        Operations of the slow method for all events.
    seen
        Share of events that the slow method sees.

    Returns
    -------
    list
        How many times fewer slow evaluations, and operations of both.
    """
    evaluations, operations = 1 / max(seen, 1e-9), slow / (fast + seen * slow)
    return [
        Figure("times fewer slow evaluations", evaluations, evaluations, evaluations),
        Figure("times fewer operations in all", operations, operations, operations),
    ]


def half_power_ratios(own: Judged, signals: Sequence[Judged], seed: int) -> list[Figure]:
    """Give, for each signal, how many times more of it the cascade needs than slow alone.

    Parameters
    ----------
    own
        The target domain's events.
    signals
        The signals'.
    seed
        Of the toys.

    Returns
    -------
    list
        Ratios of s50, with the interval of their toys.
    """
    rng = np.random.default_rng([seed, 7])
    num, figures = len(own.kept), []
    for signal in signals:
        toys = [
            counting_toys(_share(mine), _share(theirs), num, rng)
            for mine, theirs in (
                (own.kept & own.selected, signal.kept & signal.selected),
                (own.kept, signal.kept),
            )
        ]
        ratio = half_power_ratio(
            toys[:1],
            toys[1:],
            false_alarm=TAIL,
            level=_LEVEL,
            num_replicas=_REPLICAS,
            rng=rng,
        )
        name = f"s50 of the cascade over slow only: {signal.name}"
        figures.append(Figure(name, ratio.value, ratio.low, ratio.high))
    return figures


def _share(chosen: Chosen) -> float:
    return float((chosen.sum() + 0.5) / (len(chosen) + 1))


def picture(own: Judged, signals: Sequence[Judged], budget: float, level: float) -> Picture:
    """Draw the efficiency by the share of events that the fast cut selects.

    Parameters
    ----------
    own
        The target domain's events.
    signals
        The signals', of which the worst are drawn.
    budget
        Where a vertical line stands.
    level
        Where a horizontal one stands.

    Returns
    -------
    Picture
        With 95 % intervals.
    """
    worst = sorted(signals, key=lambda signal: signal.efficiency.value)[:_SHOWN]
    limits = np.quantile(own.fast, 1 - _BUDGETS)
    lines = []
    for judged in (own, *worst):
        points = [efficiency("", judged.fast > limit, judged.kept) for limit in limits]
        low, high = ([getattr(p, end) for p in points] for end in ("low", "high"))
        y = [point.value for point in points]
        lines.append(Line(judged.name, _BUDGETS.tolist(), y, low, high))
    lines.append(Line("warned below", [float(_BUDGETS[0]), 1.0], [level, level], style="level"))
    lines.append(Line("budget", [budget, budget], [0.0, 1.0]))
    return Picture(
        f"Triage: {own.name}",
        "share of events that the fast cut selects",
        "efficiency relative to slow only",
        lines,
        x_log=True,
    )
