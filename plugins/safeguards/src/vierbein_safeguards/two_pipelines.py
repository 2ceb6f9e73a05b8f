"""A network and an independent pipeline, both asked about the same events."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np
from jaxtyping import Bool
from numpy.typing import NDArray

from vierbein.events.table import EventTable
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.run_view import RunView
from vierbein_safeguards.classes import Classes, ClassOf, Probabilities
from vierbein_safeguards.fractions import Difference, Resampled, estimate
from vierbein_safeguards.independent import Independent

_LEVEL = 0.95


class Part(NamedTuple):
    """Which of the labelled and which of the test events belong to a slice."""

    labelled: Bool[NDArray[np.bool_], " _labelled"]
    test: Bool[NDArray[np.bool_], " _test"]


@dataclass(frozen=True)
class Said:
    """What one pipeline says of the labelled and of the test events."""

    labelled: Probabilities
    test: Probabilities


@dataclass(frozen=True)
class TwoPipelines:
    """Both, trained on the same events.

    Parameters
    ----------
    classes
        What they tell apart.
    labelled
        Labelled events that neither learned from.
    test
        Events whose composition is asked for.
    known
        The labelled events' classes.
    network
        The recommended one.
    independent
        The pipeline that shares nothing with it.
    """

    classes: Classes
    labelled: EventTable
    test: EventTable
    known: ClassOf
    network: Said
    independent: Said

    @classmethod
    def asked(cls, view: RunView, domain: str, classes: Classes, test: EventTable) -> Self:
        """Train the independent pipeline, and ask both."""
        events = view.labelled(domain, view.seeds[0])
        truth = classes.of_events(events.train)
        trees = Independent.fit(events.train, truth, len(classes.names), view.seed)
        labelled = events.validation
        return cls(
            classes,
            labelled,
            test,
            classes.of_events(labelled),
            Said(classes.predicted(view, labelled), classes.predicted(view, test)),
            Said(trees.probabilities(labelled), trees.probabilities(test)),
        )

    @property
    def everywhere(self) -> Part:
        """All events."""
        return Part(np.ones(len(self.labelled), bool), np.ones(len(self.test), bool))

    def slices(self, view: RunView, num: int, least: int) -> dict[str, Part]:
        """Cut each observable into slices of equal numbers of test events.

        Parameters
        ----------
        view
            The run.
        num
            Slices of each observable.
        least
            Labelled events of each class that a slice needs; one with fewer is left out.

        Returns
        -------
        dict
            By name: the observable and its interval.
        """
        if not num:
            return {}
        tables = (self.labelled, self.test)
        labelled, test = (view.observables(table.take()) for table in tables)
        found = {}
        for name in sorted(test):
            finite = test[name][np.isfinite(test[name])]
            if not len(finite):
                continue
            edges = np.unique(np.quantile(finite, np.linspace(0, 1, num + 1)))
            for low, high in pairwise(edges):
                until = np.nextafter(high, np.inf) if high == edges[-1] else high
                part = Part(*((x[name] >= low) & (x[name] < until) for x in (labelled, test)))
                if self._num_labelled(part) >= least:
                    found[f"{name} from {low:.4g} to {high:.4g}"] = part
        return found

    def compare(self, resampled: Resampled, parts: Sequence[Part]) -> Difference:
        """Estimate the fractions of the classes by both, in each of the parts."""
        both = [
            tuple(
                estimate(
                    said.labelled[part.labelled],
                    self.known[part.labelled],
                    said.test[part.test],
                    resampled.among(part.labelled, part.test),
                )
                for said in (self.network, self.independent)
            )
            for part in parts
        ]
        return Difference(tuple(a for a, _ in both), tuple(b for _, b in both))

    def judged(self, view: RunView, replicas: int) -> list[Figure]:
        """Measure the task's metric of both and of their difference, which takes test truth."""
        truth, rng = self.test.truths(), np.random.default_rng([view.seed, 5])
        counts = np.concatenate(
            [np.ones((1, len(self.test))), rng.poisson(1.0, (replicas, len(self.test)))]
        )
        scores = [self.classes.scores(said.test) for said in (self.network, self.independent)]
        first, second = (view.task.measure(each, truth, counts) for each in scores)
        names = ("the network", "the independent pipeline", "the network less the independent one")
        return [
            _interval(f"{view.task.metric} by test truth, {name}", values)
            for name, values in zip(names, (first, second, first - second), strict=True)
            if np.isfinite(values).all()
        ]

    def _num_labelled(self, part: Part) -> int:
        known = self.known[part.labelled]
        return int(np.bincount(known, minlength=len(self.classes.names)).min())


def _interval(name: str, values: NDArray[np.float64]) -> Figure:
    value, replicas = values[0], values[1:]
    low, high = np.quantile(replicas, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return Figure(name, float(value), float(min(low, value)), float(max(high, value)))
