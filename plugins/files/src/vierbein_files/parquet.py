"""Parquet files."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import awkward as ak
import pyarrow as pa
import pyarrow.parquet as pq

from vierbein.errors.records import UnreadableFileError
from vierbein.events.records import Records
from vierbein.interfaces.dataset import Columns, Dataset
from vierbein_files.columns import owner
from vierbein_files.streaming import OpenFile, Runs, files_of, provenance_of, stream
from vierbein_files.writing import whole

_MAGIC = b"PAR1"


class Parquet(Dataset):
    """Events in Parquet files, one a row.

    Lists are a particle's columns; a struct's parts are reached by dotted paths (``jet.pt``).

    Parameters
    ----------
    path
        A file, a pattern such as ``data/*.parquet``, or several of these.
    chunk
        Events in memory at a time, besides the row group that they are read from.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".parquet", ".pq")

    def __init__(self, path: str | list[str], chunk: int = 10_000) -> None:
        self.path = path
        self.chunk = chunk

    def provenance(self) -> dict[str, Any]:
        """Give name, size and sha256 of each file."""
        return {"format": "parquet", "files": provenance_of(files_of(self.path))}

    def read(self, columns: Sequence[str]) -> Iterator[Records]:
        """Stream columns, in the order of the files and their rows."""
        return stream(files_of(self.path), self._open, columns)

    @classmethod
    def write(cls, path: Path, runs: Iterable[Columns]) -> None:
        """Write columns to a new file, a row group for each run.

        The file appears when all runs are in it; one that was there is replaced.

        Parameters
        ----------
        path
            The file.
        runs
            Runs of the same columns, one value an event; there is at least one.
        """
        with whole(path) as temporary, ExitStack() as stack:
            writer = None
            for run in runs:
                table = pa.table(dict(run))
                if writer is None:
                    made = pq.ParquetWriter(temporary, table.schema, write_page_checksum=True)
                    writer = stack.enter_context(made)
                writer.write_table(table)

    @contextmanager
    def _open(self, path: Path) -> Iterator[OpenFile]:
        try:
            # Reading ahead would hold every row group in memory at once.
            file = pq.ParquetFile(path, pre_buffer=False, page_checksum_verification=True)
        except (pa.ArrowException, OSError) as error:
            raise UnreadableFileError(str(path), _reason(path, error), "a Parquet file") from error
        with file:
            leaves = [
                leaf for field in file.schema_arrow for leaf in _leaves(field.type, field.name)
            ]
            raw = {leaf: file.schema.column(i).path for i, leaf in enumerate(leaves)}

            def runs(columns: Sequence[str]) -> Runs:
                wanted = [raw[found] for name in columns if (found := owner(name, raw))]
                try:
                    for batch in file.iter_batches(self.chunk, columns=wanted):
                        table = pa.Table.from_batches([batch])
                        layout = ak.from_arrow(table, highlevel=False)
                        yield {name: layout[name] for name in layout.fields}
                except (pa.ArrowException, OSError) as error:
                    expected = "the bytes that were written"
                    raise UnreadableFileError(str(path), _words(error), expected) from error

            yield OpenFile(leaves, runs)


def _leaves(kind: pa.DataType, name: str) -> Iterator[str]:
    """Name the columns that Parquet stores for a nested one, in its order."""
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    if pa.types.is_struct(kind):
        for i in range(kind.num_fields):
            yield from _leaves(kind.field(i).type, f"{name}.{kind.field(i).name}")
    elif pa.types.is_nested(kind):
        for i in range(kind.num_fields):
            yield from _leaves(kind.field(i).type, name)
    else:
        yield name


def _reason(path: Path, error: Exception) -> str:
    """Tell a file that was cut short from one that never was Parquet."""
    if not isinstance(error, pa.ArrowInvalid):
        return _words(error)
    with path.open("rb") as stream:
        head = stream.read(len(_MAGIC))
        stream.seek(max(path.stat().st_size - len(_MAGIC), 0))
        tail = stream.read()
    if head != _MAGIC:
        return f"it begins with {head!r}, a Parquet file with {_MAGIC!r}"
    return "it was cut short, its end is missing" if tail != _MAGIC else _words(error)


def _words(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
