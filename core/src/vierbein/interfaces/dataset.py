"""Datasets: where records come from."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from vierbein.events.records import Records


class Dataset(ABC):
    """Files or an event generator: it knows formats, and nothing of detectors.

    A dataset streams: it holds one run of records in memory at a time. The same settings give the
    same records, byte for byte.
    """

    @abstractmethod
    def provenance(self) -> dict[str, Any]:
        """Say in plain data what the records are, so that equal data have equal provenance.

        For files: name, size and sha256 of each, not their folder. For a generator: its version,
        settings and seed. The event cache is found by it.
        """

    @abstractmethod
    def read(self, columns: Sequence[str]) -> Iterator[Records]:
        """Stream the records' columns, in an order that never changes.

        Raises
        ------
        MissingColumnError
            If a column is not there.
        UnreadableFileError
            If a file is missing, cut short or of another format.
        EmptyFileError
            If there are no records.
        """
