"""Events as columns, by one name in a batch and in what was worked out by hand."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vierbein.events.batch import EventBatch
from vierbein.events.mapping import Mapping as EventMapping
from vierbein.testing.by_hand import Event


def columns_of(mapping: EventMapping, events: list[Event]) -> dict[str, NDArray[np.float64]]:
    """Put events that were worked out by hand side by side, as a batch holds them."""

    def joined(parts: list[list[Any]], width: int = 0) -> NDArray[np.float64]:
        flat = [row for part in parts for row in part]
        return np.array(flat, dtype=np.float64).reshape((-1, width) if width else (-1,))

    found = {"p4": joined([event.p4 for event in events], 4)}
    for name in mapping.features:
        found[f"features.{name}"] = joined([event.features[name] for event in events])
    for name in events[0].numbers if events else ():
        found[name] = np.array([event.numbers[name] for event in events], dtype=np.float64)
    if mapping.pdg:
        found["pdg"] = joined([event.pdg or [] for event in events])
    return found


def column_of(events: EventBatch, name: str) -> NDArray[np.float64]:
    """Give a column of a batch: `p4`, `features.NAME`, `truth.NAME`, `event_id` ..."""
    kind, _, feature = name.partition(".")
    if kind == "features":
        values = events.feature(feature)
    elif kind == "event_features":
        values = events.event_features[:, events.schema.event_names.index(feature)]
    else:
        values = events.truth_of(feature) if kind == "truth" else getattr(events, kind)
    return np.asarray(values.double().numpy())
