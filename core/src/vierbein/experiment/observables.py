"""A run's physics observables over a table of events."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from vierbein.events.table import EventTable
from vierbein.interfaces.observable import Observable

_CHUNK = 8192


def compute(
    observables: Mapping[str, Observable], table: EventTable
) -> dict[str, NDArray[np.float64]]:
    """Compute observables by name, in the table's order, a part of the events at a time."""
    values: dict[str, list[NDArray[np.float64]]] = {name: [] for name in observables}
    for start in range(0, len(table), _CHUNK):
        events = table.take(np.arange(start, min(start + _CHUNK, len(table))))
        with torch.inference_mode():
            for name, observable in observables.items():
                values[name].append(observable(events).double().numpy())
    return {name: np.concatenate(parts) if parts else np.zeros(0) for name, parts in values.items()}
