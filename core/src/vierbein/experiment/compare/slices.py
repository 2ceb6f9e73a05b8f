"""Negative transfer sought in parts, where a good total may hide it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vierbein.interfaces.observable import Observable


@dataclass(frozen=True)
class Slice:
    """Some of the test events.

    Parameters
    ----------
    observable
        In which they are cut.
    low
        Lower edge.
    high
        Upper edge.
    unit
        Of the edges.
    belongs
        True for the events in it.
    """

    observable: str
    low: float
    high: float
    unit: str
    belongs: NDArray[np.bool_]

    @property
    def name(self) -> str:
        """As it stands in tables."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        return f"{self.observable} {self.low:.4g}-{self.high:.4g}{unit}"


def cut(
    values: Mapping[str, NDArray[np.float64]],
    observables: Mapping[str, Observable],
    wanted: Mapping[str, int],
) -> list[Slice]:
    """Cut events into slices of equal numbers, observable by observable."""
    slices = []
    for name, number in wanted.items():
        # Equal edges, as of a number of particles that is cut off, leave fewer slices.
        edges = np.unique(np.quantile(values[name], np.linspace(0, 1, number + 1)))
        edges = np.repeat(edges, 2) if len(edges) == 1 else edges
        for index, (low, high) in enumerate(pairwise(edges)):
            is_last = index == len(edges) - 2
            above = values[name] >= low
            below = values[name] <= high if is_last else values[name] < high
            slices.append(
                Slice(name, float(low), float(high), observables[name].unit, above & below)
            )
    return slices
