"""A detector domain of a run: its events, converted once, parted by event id."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vierbein.errors.blinding import SealedError
from vierbein.events.batch import EventBatch
from vierbein.events.split import split
from vierbein.events.table import EventTable
from vierbein.experiment.conversion import convert
from vierbein.experiment.settings import BadRecords, SplitSettings
from vierbein.interfaces.adapter import Adapter
from vierbein.interfaces.dataset import Dataset
from vierbein.storage.event_cache import FORMAT, card_of, open_table, write_table
from vierbein.storage.hashing import sha256_of_data

if TYPE_CHECKING:
    from vierbein.experiment.sealing import Seal  # which needs `cryptography`


@dataclass(frozen=True)
class Domain:
    """Records of one detector and the adapter that reads them.

    Parameters
    ----------
    dataset
        Where the records come from.
    adapter
        What makes events of them.
    splits
        Shares of train, validation and test.
    cache_folder
        Where converted events are kept.
    bad_records
        Whether bad records are an error or set aside.
    seal
        Which events are sealed while they are read, if any: none of them ever stands in the table.
    """

    dataset: Dataset
    adapter: Adapter
    splits: SplitSettings
    cache_folder: Path
    bad_records: BadRecords = "error"
    seal: "Seal | None" = None

    @property
    def name(self) -> str:
        """The domain that the adapter names."""
        return self.adapter.domain

    @cached_property
    def table(self) -> EventTable:
        """All events; converted and cached at the first call.

        Returns
        -------
        EventTable
            Mapped from the cache.

        Raises
        ------
        NoEventsLeftError
            If every record was cut or set aside.
        """
        if self.folder.exists():
            return open_table(self.folder)
        if self.seal is not None:  # how many bad records there are is sealed too
            card, events = (
                {**self.identity, "set_aside": None},
                self.seal.read(self.dataset, self.adapter, self.bad_records),
            )
            return write_table(self.folder, events, card)
        card = {**self.identity, "set_aside": 0}
        return write_table(self.folder, self._read(card), card)

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What the events are, in plain data: equal data have equal identity."""
        return {
            "format": FORMAT,
            "dataset": self.seal.identity if self.seal else self.dataset.provenance(),
            "mapping": self.adapter.mapping.to_json(),
            "bad_records": self.bad_records,
        }

    @property
    def folder(self) -> Path:
        """Where the converted events are kept: by the hash of what they are, or in a sealed run."""
        if self.seal is not None:
            return self.seal.open_folder
        schema = self.adapter.schema  # its order is that of the columns, and a mapping has none
        return self.cache_folder / sha256_of_data([self.identity, schema.to_json()])[:24]

    @property
    def card(self) -> dict[str, Any]:
        """What was converted, with counts and hashes."""
        _ = self.table
        return card_of(self.folder)

    @cached_property
    def _parts(self) -> dict[str, NDArray[np.int64]]:
        shares = {
            "train": self.splits.train,
            "validation": self.splits.validation,
            "test": self.splits.test,
        }
        return split(self.table.ids, shares)

    def events(self, part: str, limit: int = 0) -> EventTable:
        """Give the train, validation or test events, at most `limit` of them if that is not 0."""
        if part == "sealed":
            raise SealedError
        at = self._parts[part]
        return self.table.choose(at[:limit] if limit else at)

    def peek(self) -> EventBatch:
        """Give the first events that the records hold, without a cache."""
        converted = convert(self.dataset, self.adapter, self.bad_records)
        if self.seal is not None:
            return next(self.seal.opened(converted))
        return next(events for events, _ in converted if events is not None)

    def _read(self, card: dict[str, Any]) -> Iterator[EventBatch]:
        for events, set_aside in convert(self.dataset, self.adapter, self.bad_records):
            card["set_aside"] += set_aside  # the card is written at the end
            if events is not None:
                yield events
