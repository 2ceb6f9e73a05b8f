"""All events of a sample, on disk or in memory, from which batches are taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import entries_of
from vierbein.events.schema import FeatureSchema


@dataclass(frozen=True)
class EventTable:
    """Flat columns, usually memory-mapped, and the events of them that are meant.

    Parameters
    ----------
    schema
        Names, units and roles of the features.
    domain
        The detector domain.
    p4
        (E, px, py, pz) in GeV, one row a particle.
    features
        One row a particle.
    offsets
        Where each event's particles begin, and the end.
    event_features
        One row an event.
    event_weight
        One value an event.
    event_id
        One unique number an event.
    truth
        Labels by name, one value an event.
    pdg
        PDG codes, one a particle, where the detector identifies particles.
    chosen
        Positions of the events that belong to this table; all if not given.
    """

    schema: FeatureSchema
    domain: str
    p4: NDArray[np.float32]
    features: NDArray[np.float32]
    offsets: NDArray[np.int64]
    event_features: NDArray[np.float32]
    event_weight: NDArray[np.float32]
    event_id: NDArray[np.int64]
    truth: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    pdg: NDArray[np.int64] | None = None
    chosen: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.offsets) - 1 if self.chosen is None else len(self.chosen)

    @property
    def positions(self) -> NDArray[np.int64]:
        """Where the chosen events stand in the columns."""
        return np.arange(len(self)) if self.chosen is None else self.chosen

    @property
    def num_particles(self) -> NDArray[np.int64]:
        """Particles of each chosen event."""
        return (self.offsets[1:] - self.offsets[:-1])[self.positions]

    @property
    def ids(self) -> NDArray[np.int64]:
        """Unique numbers of the chosen events."""
        return np.asarray(self.event_id[self.positions])

    @property
    def weights(self) -> NDArray[np.float64]:
        """Event weights of the chosen events."""
        return np.asarray(self.event_weight[self.positions], dtype=np.float64)

    def truths(self) -> dict[str, NDArray[Any]]:
        """All truths of the chosen events."""
        return {name: np.asarray(values[self.positions]) for name, values in self.truth.items()}

    def choose(self, events: NDArray[np.int64]) -> "EventTable":
        """Keep some of the chosen events, by their place among them."""
        return replace(self, chosen=self._at(events))

    def take(self, events: NDArray[np.int64] | None = None) -> EventBatch:
        """Make a batch of some of the chosen events, or of all."""
        at = self.positions if events is None else self._at(events)
        entries, offsets = entries_of(self.offsets, at)
        return EventBatch(
            self.schema,
            _tensor(self.p4, entries),
            _tensor(self.features, entries),
            torch.from_numpy(offsets),
            pdg=None if self.pdg is None else _tensor(self.pdg, entries),
            event_features=_tensor(self.event_features, at),
            truth={name: _tensor(values, at) for name, values in self.truth.items()},
            event_weight=_tensor(self.event_weight, at),
            event_id=_tensor(self.event_id, at),
            domain=self.domain,
        )

    def _at(self, events: NDArray[np.int64]) -> NDArray[np.int64]:
        return events if self.chosen is None else self.chosen[events]

    @classmethod
    def of(cls, batch: EventBatch) -> "EventTable":
        """See a batch in memory as a table."""
        return cls(
            batch.schema,
            batch.domain,
            batch.p4.numpy(),
            batch.features.numpy(),
            batch.offsets.numpy(),
            batch.event_features.numpy(),
            batch.event_weight.numpy(),
            batch.event_id.numpy(),
            {name: values.numpy() for name, values in batch.truth.items()},
            None if batch.pdg is None else batch.pdg.numpy(),
        )


def _tensor(column: NDArray[Any], at: NDArray[np.int64]) -> Tensor:
    return torch.from_numpy(np.asarray(np.take(column, at, axis=0)))
