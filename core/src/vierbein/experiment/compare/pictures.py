"""The comparison's pictures, as data."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vierbein.experiment.compare.comparison import TRANSFER, TWIN, ZERO_SHOT, Arms, Comparison
from vierbein.experiment.compare.results import ArmResult
from vierbein.interfaces.figure import Line, Picture

TITLES = {
    "zero_shot": "zero-shot",
    "fine_tuned": "fine-tuned",
    "twin_equal_steps": "twin, equal steps",
    "twin_equal_flops": "twin, equal FLOPs",
    "twin_equal_flops_with_pretraining": "twin, equal FLOPs with pretraining",
    "smaller_twin": "smaller twin",
    "baseline": "boosted trees",
}


def pictures(domain: str, comparison: Comparison, arms: Arms) -> list[Picture]:
    """Draw metric against size, the learning curves, the task's curve, and the parts."""
    largest = comparison.sizes[-1]
    made = [_metric(domain, comparison), _learning(domain, arms, largest)]
    made.append(_curve(domain, comparison, arms, largest))
    return [*made, _parts(domain, comparison, largest)] if _has_parts(comparison) else made


def _has_parts(comparison: Comparison) -> bool:
    return bool(comparison.by_size[comparison.sizes[-1]]["parts"])


def _metric(domain: str, comparison: Comparison) -> Picture:
    lines = []
    for name in dict.fromkeys(arm for arm, size in comparison.measured if size):
        sizes = [size for size in comparison.sizes if (name, size) in comparison.measured]
        points = [comparison.interval(name, size) for size in sizes]
        values = [p.value for p in points]
        low, high = [p.low for p in points], [p.high for p in points]
        lines.append(Line(TITLES.get(name, name), sizes, values, low, high, "points"))
    if (ZERO_SHOT, 0) in comparison.measured:
        level = comparison.interval(ZERO_SHOT, 0)
        across, flat = [comparison.sizes[0], comparison.sizes[-1]], [level.value] * 2
        label = TITLES[ZERO_SHOT]
        lines.append(Line(label, across, flat, [level.low] * 2, [level.high] * 2, "level"))
    metric = comparison.events.assembly.task.metric
    title = f"{domain}: {metric} against labelled events"
    return Picture(title, "labelled target events", metric, lines, x_log=True)


def _learning(domain: str, arms: Arms, size: int) -> Picture:
    lines = [
        _band(TITLES.get(name, name), arms[name, size])
        for name in (TRANSFER, TWIN, "twin_equal_flops", "smaller_twin")
        if (name, size) in arms
    ]
    title = f"{domain}: learning curves, {size} labelled events"
    return Picture(title, "optimiser steps", "best validation loss so far", lines)


def _band(label: str, results: Sequence[ArmResult]) -> Line:
    """Draw the best loss so far: that of a training which ended early stays what it was."""
    histories = [result.trial["history"] for result in results]
    steps = sorted({point["step"] for history in histories for point in history})
    losses = np.array([_best_so_far(history, steps) for history in histories])
    low, high = losses.min(axis=0).tolist(), losses.max(axis=0).tolist()
    return Line(f"{label} (min-max of seeds)", steps, losses.mean(axis=0).tolist(), low, high)


def _best_so_far(history: Sequence[Mapping[str, Any]], steps: Sequence[int]) -> NDArray[np.float64]:
    losses = np.array([point["validation_loss"] for point in history])
    seen = np.searchsorted([point["step"] for point in history], steps, side="right") - 1
    best: NDArray[np.float64] = np.fmin.accumulate(losses)[seen]
    return best


def _curve(domain: str, comparison: Comparison, arms: Arms, size: int) -> Picture:
    events, task = comparison.events, comparison.events.assembly.task
    lines = []
    for name in dict.fromkeys(arm for arm, _ in arms):
        results = arms.get((name, 0 if name == ZERO_SHOT else size))
        if results:
            scores = results[0].scores
            label = TITLES.get(name, name)
            lines.append(task.curve(label, scores, events.truth, events.event_weight))
    x_label, y_label = task.curve_axes
    title = f"{domain}: first seed, {size} labelled events"
    return Picture(title, x_label, y_label, lines, y_log=True)


def _parts(domain: str, comparison: Comparison, size: int) -> Picture:
    parts = comparison.by_size[size]["parts"]
    points = [part["difference"] for part in parts]
    at = list(range(len(points)))
    values = [p["value"] for p in points]
    low, high = [p["low"] for p in points], [p["high"] for p in points]
    names = [part["name"] for part in parts]
    margin = comparison.settings.margin
    lines = [
        Line("fine-tuned minus twin", at, values, low, high, "points"),
        *(
            Line(f"margin {edge:+g}", at[:1] + at[-1:], [edge, edge], style="level")
            for edge in (-margin, margin)
        ),
    ]
    title = f"{domain}: parts, {size} labelled events"
    metric = comparison.events.assembly.task.metric
    label = f"difference of {metric} in slices, of the figure of merit in truths"
    return Picture(title, "", label, lines, x_names=names)
