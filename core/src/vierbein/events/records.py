"""Records: what a file or an event generator holds, before an adapter has read it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vierbein.errors.records import MissingColumnError
from vierbein.events.jagged import Jagged, entries_of

Column = NDArray[np.generic] | Jagged


@dataclass(frozen=True)
class Records:
    """A run of records, column by column.

    Parameters
    ----------
    columns
        By name: one value an event, or a jagged column.
    file
        Where they come from, for error messages.
    entries
        The position of each record in that file; counted from 0 if not given.
    first
        How many records the files before this one hold.
    """

    columns: Mapping[str, Column]
    file: str
    entries: NDArray[np.int64] | None = None
    first: int = 0

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def __getitem__(self, name: str) -> Column:
        if name not in self.columns:
            raise MissingColumnError(self.file, name, tuple(self.columns))
        return self.columns[name]

    @property
    def positions(self) -> NDArray[np.int64]:
        """Where each record stands in its file."""
        return np.arange(len(self)) if self.entries is None else self.entries

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Where each record stands in all files together."""
        return self.positions + self.first

    def without(self, bad: NDArray[np.int64]) -> "Records":
        """Set some records aside, by their place in this run."""
        kept = np.setdiff1d(np.arange(len(self)), bad)

        def keep(column: Column) -> Column:
            if not isinstance(column, Jagged):
                return column[kept]
            entries, offsets = entries_of(column.offsets, kept)
            return Jagged(column.values[entries], offsets)

        columns = {name: keep(column) for name, column in self.columns.items()}
        return replace(self, columns=columns, entries=self.positions[kept])
