"""Where the metric falls: slices of labelled events that the network did not learn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import torch
from jaxtyping import Bool
from numpy.typing import NDArray
from scipy import stats

from vierbein.events.batch import EventBatch
from vierbein.events.buckets import batches
from vierbein.events.table import EventTable
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.task import Scores, Task
from vierbein_safeguards.evaluated import Evaluated

_SLICES: Final = 3
_REPLICAS: Final = 100
_BATCH: Final = 256

Observables = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Slice:
    """Events within an interval of an observable.

    Parameters
    ----------
    observable
        Its name.
    low
        Where the interval begins, itself outside.
    high
        Where it ends.
    """

    observable: str
    low: float
    high: float

    @property
    def name(self) -> str:
        """The interval in words."""
        if np.isinf(self.low):
            return f"{self.observable} <= {self.high:.4g}"
        return f"{self.low:.4g} < {self.observable}" + (
            "" if np.isinf(self.high) else f" <= {self.high:.4g}"
        )

    def holds(self, observables: Observables) -> Bool[NDArray[np.bool_], " event"]:
        """Say which events belong to it."""
        values = observables[self.observable]
        return (values > self.low) & (values <= self.high)


@dataclass(frozen=True)
class Drop:
    """How much the metric is lower after transfer than before, in one slice.

    Parameters
    ----------
    where
        The slice.
    value
        Metric before minus metric after.
    low
        Lower end of its interval, which holds for all slices at once.
    high
        Its upper end.
    """

    where: Slice
    value: float
    low: float
    high: float


def held_out(view: RunView, domain: str, max_events: int) -> EventTable | None:
    """Give labelled events of the other seeds that the first seed's network did not learn from.

    Parameters
    ----------
    view
        The run.
    domain
        A target domain.
    max_events
        How many at most.

    Returns
    -------
    EventTable
        Each event once; None where every seed has the same events.
    """
    first, *others = (view.labelled(domain, seed) for seed in view.seeds)
    known = np.concatenate([first.train.ids, first.validation.ids])
    parts = []
    for events in others:
        for table in (events.train, events.validation):
            new = np.flatnonzero(~np.isin(table.ids, known))
            parts.append(table.take(new))
            known = np.concatenate([known, table.ids])
    if not sum(len(part) for part in parts):
        return None
    table = EventTable.of(EventBatch.concatenate(parts))
    return table.choose(np.arange(min(len(table), max_events)))


def observables_of(view: RunView, events: EventTable) -> dict[str, NDArray[np.float64]]:
    """Compute the run's observables, one value an event."""
    parts = batches(events.num_particles, _BATCH, None)
    found = [view.observables(events.take(part)) for part in parts]
    back = np.argsort(np.concatenate(parts))
    return {name: np.concatenate([each[name] for each in found])[back] for name in sorted(found[0])}


def slices_of(observables: Observables) -> list[Slice]:
    """Cut events into slices of equal numbers, observable by observable."""
    shares = np.linspace(0, 1, _SLICES + 1)[1:-1]
    edges = {
        name: [-np.inf, *np.unique(np.quantile(values, shares)), np.inf]
        for name, values in observables.items()
    }
    return [Slice(name, *ends) for name, between in edges.items() for ends in pairwise(between)]


def scores_of(task: Task, evaluated: Evaluated) -> Scores:
    """Turn a network's predictions into the task's scores."""
    scores: Scores = task.scores(torch.from_numpy(evaluated.prediction)).float().numpy()
    return scores


def worst_drop(
    task: Task,
    events: EventTable,
    observables: Observables,
    before: Scores,
    after: Scores,
    rng: np.random.Generator,
) -> Drop | None:
    """Find the slice in which the metric falls most, in units of its uncertainty.

    Parameters
    ----------
    task
        Whose metric.
    events
        With their truth.
    observables
        Theirs, by which they are sliced.
    before
        Scores before transfer.
    after
        Scores after it.
    rng
        Of a paired bootstrap.

    Returns
    -------
    Drop
        None where the metric is not defined in any slice.
    """
    num = len(events)
    drawn = rng.multinomial(num, np.full(num, 1 / num), _REPLICAS)
    counts = np.concatenate([np.ones((1, num)), drawn]) * events.weights
    slices = slices_of(observables)
    quantile = float(stats.norm.ppf(1 - 0.025 / len(slices)))
    found = []
    for each in slices:
        inside = each.holds(observables)
        old, new = (task.measure(s, events.truths(), counts * inside) for s in (before, after))
        fall = old - new
        if np.isfinite(fall[0]) and (error := float(np.nanstd(fall[1:]))) > 0:
            half = quantile * error
            drop = Drop(each, float(fall[0]), float(fall[0] - half), float(fall[0] + half))
            found.append((fall[0] / error, drop))
    return max(found, key=lambda pair: pair[0])[1] if found else None
