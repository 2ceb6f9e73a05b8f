"""Datasets: where records come from."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from vierbein.errors.records import CannotWriteError
from vierbein.events.records import Records

Columns = Mapping[str, NDArray[np.generic]]
"""Columns of a file by name, one value an event."""


class Dataset(ABC):
    """Files or an event generator: it knows formats, and nothing of detectors.

    A dataset streams: it holds one run of records in memory at a time. The same settings give the
    same records, byte for byte.
    """

    suffixes: ClassVar[tuple[str, ...]] = ()
    """Endings of the files that it reads, such as ``.parquet``; none for an event generator.

    A dataset that has any is built of a file's path alone: ``Class(path=...)``.
    """

    @abstractmethod
    def provenance(self) -> dict[str, Any]:
        """Say in plain data what the records are, so that equal data have equal provenance.

        For files: name, size and sha256 of each, not their folder. For a generator: its version,
        settings and seed. The event cache is found by it.
        """

    def samples(self) -> Mapping[str, "Dataset"]:
        """Give the samples that it consists of, by name: of a bank of signals, each signal.

        Returns
        -------
        Mapping
            Itself as the only one, unless a dataset says otherwise.
        """
        return {"all": self}

    @abstractmethod
    def read(self, columns: Sequence[str]) -> Iterator[Records]:
        """Stream the records' columns, in an order that never changes.

        Parameters
        ----------
        columns
            Names of the columns wanted.

        Returns
        -------
        Iterator
            Runs of records, each with all of those columns.

        Raises
        ------
        MissingColumnError
            If a column is not there.
        UnreadableFileError
            If a file is missing, cut short or of another format.
        EmptyFileError
            If there are no records.
        """

    @classmethod
    def write(cls, path: Path, runs: Iterable[Columns]) -> None:  # noqa: ARG003 - the contract names it
        """Write columns to a new file of this format, one run of them in memory at a time.

        The file appears when all runs are in it; one that was there is replaced. Most datasets
        only read.

        Parameters
        ----------
        path
            The file.
        runs
            Runs of the same columns, one value an event; there is at least one.

        Raises
        ------
        CannotWriteError
            If the dataset only reads.
        """
        raise CannotWriteError(str(path), cls.__name__)
