"""Pictures of a stress test."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray
from scipy import stats

from vierbein.interfaces.figure import Figure, Line, Picture
from vierbein_safeguards.sensitivity import HalfPowers, Toys

_LEVEL = 0.9


def ratios_by_signal(
    title: str, twin: str, lines: Mapping[str, Mapping[str, HalfPowers]], threshold: float
) -> Picture:
    """Draw ratios of s50 with their 90 % intervals, signal by signal, and the threshold.

    Parameters
    ----------
    title
        Of the picture.
    twin
        What the network is called that the ratios are held against.
    lines
        Ratios by the signals' names, by label; every line has the first one's signals.
    threshold
        Where a level stands.

    Returns
    -------
    Picture
        Ratios by signal.
    """
    names = list(next(iter(lines.values())))
    drawn = [
        _points(label, [_figure(ratios[name]) for name in names]) for label, ratios in lines.items()
    ]
    drawn.append(Line("threshold", [0, len(names) - 1], [threshold] * 2, style="level"))
    return Picture(title, "", f"s50 over the {twin}'s", drawn, y_log=True, x_names=names)


def figures_by_signal(
    title: str, y_label: str, lines: Mapping[str, Mapping[str, Figure]]
) -> Picture:
    """Draw figures with their intervals, signal by signal."""
    names = list(next(iter(lines.values())))
    drawn = [_points(label, [found[name] for name in names]) for label, found in lines.items()]
    return Picture(title, "", y_label, drawn, x_names=names)


def injection_curves(
    title: str, hunts: Mapping[str, Sequence[Toys]], false_alarm: float
) -> Picture:
    """Draw power against signal fraction, all seeds together, with binomial errors.

    Parameters
    ----------
    title
        Of the picture.
    hunts
        Toys of one signal, one for each training seed, by label.
    false_alarm
        Of the searches.

    Returns
    -------
    Picture
        Shares of samples that were detected, by the signal fraction in them.
    """
    lines = []
    for label, toys in hunts.items():
        strengths = np.concatenate([each.strengths for each in toys])
        order = np.argsort(strengths, kind="stable")
        counts = np.concatenate([each.detected(false_alarm) for each in toys])[order]
        trials = np.repeat([t.injected.shape[1] for t in toys], [len(t.strengths) for t in toys])
        ends = _clopper_pearson(counts, trials[order])
        power = (counts / trials[order]).tolist()
        lines.append(Line(label, strengths[order].tolist(), power, *ends, style="points"))
    return Picture(title, "signal fraction", "share of samples detected", lines, x_log=True)


def _figure(powers: HalfPowers) -> Figure:
    ratio = powers.mean(_LEVEL)
    return Figure("", ratio.value, ratio.low, ratio.high)


def _points(label: str, figures: Sequence[Figure]) -> Line:
    values, low, high = ([getattr(f, end) for f in figures] for end in ("value", "low", "high"))
    return Line(label, list(range(len(figures))), values, low, high, "points")


def _clopper_pearson(
    counts: Int[NDArray[np.int64], " point"], trials: Int[NDArray[np.int64], " point"]
) -> tuple[list[float], list[float]]:
    tail = 0.5 - _LEVEL / 2
    low = stats.beta.ppf(tail, np.maximum(counts, 0.5), trials - counts + 1) * (counts > 0)
    high = stats.beta.isf(tail, counts + 1, np.maximum(trials - counts, 0.5))
    return low.tolist(), np.where(counts < trials, high, 1.0).tolist()
