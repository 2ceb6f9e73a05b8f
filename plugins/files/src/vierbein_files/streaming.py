"""What all file formats share: which files, what they are, and how their runs become records."""

import glob
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from vierbein.errors.records import EmptyFileError, MissingColumnError, UnreadableFileError
from vierbein.events.records import Records
from vierbein_files.columns import Layout, column_of, owner

Runs = Iterator[Mapping[str, Layout]]


class OpenFile(NamedTuple):
    """A file that has been opened.

    Parameters
    ----------
    names
        Its columns.
    runs
        Streams some of them, a run of events at a time.
    """

    names: Sequence[str]
    runs: Callable[[Sequence[str]], Runs]


def files_of(path: str | list[str]) -> list[Path]:
    """List the files that a setting names, those of a pattern sorted by name.

    Parameters
    ----------
    path
        A file, a pattern, or several of these.

    Returns
    -------
    list
        In the order in which they are read.

    Raises
    ------
    UnreadableFileError
        If one is not there, or nothing fits a pattern.
    """
    files: list[Path] = []
    for name in [path] if isinstance(path, str) else path:
        file = Path(name).expanduser()
        found = [file]
        if not file.exists():
            found = [Path(fit) for fit in sorted(glob.glob(str(file), recursive=True))]  # noqa: PTH207 - takes absolute patterns
        if not found or not all(fit.is_file() for fit in found):
            reason = "there is no such file" if not file.exists() else "it is no file"
            expected = "files' paths or patterns, from the working folder on"
            raise UnreadableFileError(name, reason, expected)
        files += found
    return files


def provenance_of(files: Sequence[Path]) -> list[dict[str, Any]]:
    """Give name, size and sha256 of each file; where it lies does not matter."""
    described = []
    for file in files:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        described.append({"name": file.name, "size": file.stat().st_size, "sha256": digest})
    return described


def stream(
    files: Sequence[Path],
    open_file: Callable[[Path], AbstractContextManager[OpenFile]],
    columns: Sequence[str],
) -> Iterator[Records]:
    """Turn the runs of several files into records, one run in memory at a time.

    A file without events among others is passed over.

    Parameters
    ----------
    files
        In the order in which they are read.
    open_file
        Opens one of them.
    columns
        What to read.

    Yields
    ------
    Records
        A run of them, numbered through all files.

    Raises
    ------
    MissingColumnError
        If a file lacks a column.
    UnusableColumnError
        If a column holds no plain numbers.
    EmptyFileError
        If a file has no bytes, or no file has an event.
    """
    first = 0
    for file in files:
        if file.stat().st_size == 0:
            raise EmptyFileError(str(file))
        with open_file(file) as opened:
            present = dict.fromkeys(opened.names)
            for name in columns:
                if owner(name, present) is None:
                    raise MissingColumnError(str(file), name, opened.names)
            done = 0
            for run in opened.runs(columns):
                num = len(next(iter(run.values())))
                entries = np.arange(done, done + num)
                read = {name: column_of(str(file), run, name, entries) for name in columns}
                yield Records(read, str(file), entries, first)
                done += num
        first += done
    if first == 0:
        raise EmptyFileError(str(files[0]))
