"""The contract of datasets."""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np

from vierbein.errors.records import (
    CannotWriteError,
    EmptyFileError,
    MissingColumnError,
    UnreadableFileError,
)
from vierbein.events.jagged import Jagged
from vierbein.events.records import Records
from vierbein.interfaces.dataset import Columns, Dataset
from vierbein.testing.check import check
from vierbein.testing.component import ComponentContract
from vierbein.testing.contract import NOTHING
from vierbein.testing.demand import demand, refuse

_ABSENT: Final = "a_column_that_nobody_has"
_RUNS: Final = 2
_TOLD: Final = 4


class DatasetContract(ComponentContract):
    """What a dataset must do: `class TestMine(DatasetContract): component = "mine"`.

    One of a file format (`suffixes`) is given files that it has written itself, or those of
    `file`; an event generator says which columns it has.
    """

    kind: ClassVar[str] = "dataset"
    interface: ClassVar[type] = Dataset
    columns: ClassVar[Sequence[str]] = ()
    """Columns to read; some of those that there are if nothing is said."""
    other_settings: ClassVar[Mapping[str, Any]] = NOTHING
    """Settings that give other records (another seed), if the dataset has any."""

    def example(self) -> Dataset:
        """Build one; the file that it is to read need not be there yet."""
        made: Dataset = self.made(self.whole_settings())
        return made

    def whole_settings(self) -> dict[str, Any]:
        """Give its settings, and a file's name where it must have one."""
        names = [setting.name for setting in self.registry().settings(self.owner())]
        suffixes = self.loaded().suffixes
        named = {"path": f"events{suffixes[0]}"} if suffixes and "path" in names else {}
        return {**named, **self.settings}

    def file(self, path: Path, seed: int = 0) -> Sequence[str]:
        """Write a file that it reads, and name its columns; override where it cannot write."""
        try:
            self.loaded().write(path, made_runs(seed))
        except CannotWriteError:
            refuse(
                f"The kit must have a file that dataset={self.component} reads.",
                "It cannot write one itself.",
                "Write one:  def file(self, path, seed=0) -> Sequence[str], the columns' names.",
            )
        return [*next(iter(made_runs(seed)))]

    @contextlib.contextmanager
    def given(self, seed: int = 0) -> Iterator[tuple[dict[str, Any], Sequence[str]]]:
        """Give the settings of a dataset that can be read, and its columns."""
        suffixes = self.loaded().suffixes
        if not suffixes or "path" in self.settings:
            yield {}, self.columns or self._told()
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"events{suffixes[0]}")
            columns = self.file(path, seed)
            yield {"path": str(path)}, columns

    @check(since="0.1")
    def test_same_bytes_twice(self) -> None:
        """The same settings give the same records, byte for byte."""
        with self.given() as (settings, columns):
            one, two = (_bytes(self._read(settings, columns)) for _ in range(2))
        demand(
            one == two,
            "The same settings must give the same records, byte for byte.",
            "Two readings differ.",
            "Seed a generator of your own in `read`; sort files by name.",
        )

    @check(since="0.1")
    def test_provenance(self) -> None:
        """Its provenance is plain data, the same for the same records, another for others."""
        with self.given() as (settings, _):
            one, two = (self.made(settings).provenance() for _ in range(2))
            others = self._elsewhere(settings)
        try:
            text = json.dumps(one, sort_keys=True, allow_nan=False)
        except (TypeError, ValueError) as error:
            refuse("Provenance must be plain data.", f"{error}.", "Numbers, text, lists and dicts.")
        demand(
            one and text == json.dumps(two, sort_keys=True),
            "Equal data must have equal provenance, and some.",
            f"It is {one} and {two}.",
            "Leave times, folders and random numbers out of it.",
        )
        for what, provenance, is_equal in others:
            demand(
                (json.dumps(provenance, sort_keys=True) == text) is is_equal,
                f"{what} must have {'the same' if is_equal else 'another'} provenance: the event "
                "cache is found by it.",
                f"{text} and {provenance}.",
                "For files: name, size and sha256 of each, not the folder.",
            )

    @check(since="0.1")
    def test_streams(self) -> None:
        """It gives its records run by run, each with the columns asked for and new numbers."""
        with self.given() as (settings, columns):
            stream = self.made(settings).read(columns)
            demand(
                isinstance(stream, Iterator),
                "`read` must stream: it gives an iterator, not a list of everything.",
                f"It gives a {type(stream).__name__}.",
                "Write it as a generator: `yield` each run of records.",
            )
            runs = list(stream)
        demand(runs, "There must be records.", "None came.", "Raise EmptyFileError if not.")
        numbers = np.concatenate([run.numbers for run in runs])
        demand(
            len(np.unique(numbers)) == len(numbers) == sum(map(len, runs)),
            "Every record must have a number of its own, through all runs.",
            f"{len(numbers)} records have {len(np.unique(numbers))}.",
            "Give `entries` and `first` to Records.",
        )
        for run in runs:
            demand(
                isinstance(run, Records) and set(run.columns) == set(columns) and run.file,
                f"A run must be Records with the columns {', '.join(columns)} and a file's name.",
                f"It has {', '.join(run.columns)}, of {run.file!r}.",
                "Records({name: ... for name in columns}, file)",
            )
            lengths = {len(column) for column in run.columns.values()}
            demand(
                lengths == {len(run)}
                and len(run) > 0
                and all(map(_is_whole, run.columns.values())),
                "All columns of a run must have one value, or one list of them, a record.",
                f"They have {sorted(lengths)}.",
                "Cut all columns at the same records; offsets begin at 0 and end at the end.",
            )

    @check(since="0.1")
    def test_columns_do_not_depend_on_each_other(self) -> None:
        """A column is the same whatever others are read with it, and in whatever order."""
        with self.given() as (settings, columns):
            together = _bytes(self._read(settings, columns))
            for name in {columns[0], columns[-1]}:
                alone = _bytes(self._read(settings, [name]))
                demand(
                    alone == {name: together[name]},
                    f"The column {name!r} must be the same alone as with others.",
                    "It differs.",
                    "Draw everything in a fixed order, and give what was asked for.",
                )
            backwards = _bytes(self._read(settings, [*columns][::-1]))
        demand(
            backwards == together,
            "The order in which columns are asked for must not matter.",
            "It does.",
            "Look columns up by name.",
        )

    @check(since="0.1")
    def test_refuses_missing_columns(self) -> None:
        """A column that is not there is refused by name."""
        with self.given() as (settings, columns):
            found = self._answer(settings, [*columns, _ABSENT])
        demand(
            isinstance(found, MissingColumnError) and _ABSENT in str(found),
            "A column that is not there must be refused by a MissingColumnError that names it.",
            f"What came: {_shown(found)}.",
            "raise MissingColumnError(file, name, names_that_there_are)",
        )

    @check(since="0.1")
    def test_refuses_bad_files(self) -> None:
        """A file that is missing, empty or cut short is refused by name."""
        if not self.loaded().suffixes:
            return  # an event generator has no files
        with self.given() as (settings, columns):
            path = Path(str(settings.get("path", self.settings.get("path"))))
            data = path.read_bytes()
            with tempfile.TemporaryDirectory() as folder:
                bad = Path(folder, f"bad{path.suffix}")
                for what, content, error in (
                    ("missing", None, UnreadableFileError),
                    ("empty", b"", EmptyFileError),
                    ("cut short", data[: len(data) // 2], UnreadableFileError),
                ):
                    if content is not None:
                        bad.write_bytes(content)
                    found = self._answer({"path": str(bad)}, columns)
                    demand(
                        isinstance(found, error) and bad.name in str(found),
                        f"A file that is {what} must be refused by a {error.__name__} that names "
                        "it.",
                        f"What came: {_shown(found)}.",
                        "Check the file before giving records.",
                    )

    @check(since="0.1")
    def test_writes_what_it_reads(self) -> None:
        """What it writes it reads again, value by value; or it says that it only reads."""
        made = self.loaded()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"new{next(iter(made.suffixes), '')}")
            runs = list(made_runs(seed=4))
            try:
                made.write(path, iter(runs))
            except CannotWriteError:
                return
            found = _bytes(self._read({"path": str(path)}, [*runs[0]]))
        wanted = {name: np.concatenate([run[name] for run in runs]) for name in runs[0]}
        lost = [name for name, values in wanted.items() if found[name][1] != values.tobytes()]
        demand(
            not lost,
            "What it writes it must read again, value by value.",
            f"{', '.join(lost)} came back otherwise.",
            "Keep each column's type; write all runs.",
        )

    def _told(self) -> Sequence[str]:
        """Learn some columns from what is said when one is not there."""
        found = self._answer({}, [_ABSENT])
        present = found.present if isinstance(found, MissingColumnError) else ()
        demand(
            present,
            f"The kit must know a column of dataset={self.component}.",
            f"Asked for one that is not there, it says: {_shown(found)}.",
            'Write into the class:  columns = ("part_pt", "jet_pt")',
        )
        return sorted(present)[:_TOLD]

    def _read(self, settings: Mapping[str, Any], columns: Sequence[str]) -> list[Records]:
        return list(self.made(settings).read(columns))

    def _answer(
        self, settings: Mapping[str, Any], columns: Sequence[str]
    ) -> list[Records] | Exception:
        try:
            return self._read(settings, columns)
        except Exception as error:  # noqa: BLE001 - whatever a dataset's code raises is the answer
            return error

    def _elsewhere(self, settings: Mapping[str, Any]) -> list[tuple[str, Any, bool]]:
        """Give the provenance of the same data in another place, and of other data."""
        if self.other_settings:
            other = self.made({**settings, **self.other_settings}).provenance()
            return [(f"A dataset with {dict(self.other_settings)}", other, False)]
        if "path" not in settings:
            return []
        path = Path(settings["path"])
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, path.name)
            shutil.copy(path, copy)
            same = self.made({"path": str(copy)}).provenance()
            self.file(copy, seed=1)
            other = self.made({"path": str(copy)}).provenance()
        return [("The same file in another folder", same, True), ("Another file", other, False)]


def made_runs(seed: int = 0) -> Iterator[Columns]:
    """Make runs of columns with one value an event."""
    rng = np.random.default_rng(seed)
    for run in range(_RUNS):
        num = 30 + run
        yield {
            "energy": rng.exponential(30.0, num),
            "number": np.arange(100 * run, 100 * run + num),
            "score": rng.normal(size=num).astype(np.float32),
        }


def _bytes(runs: Sequence[Records]) -> dict[str, tuple[str, bytes, bytes]]:
    """Give each column's type, values and offsets through all runs."""
    found = {}
    for name in runs[0].columns:
        columns = [run[name] for run in runs]
        values = [c.values if isinstance(c, Jagged) else c for c in columns]
        lengths = [np.diff(c.offsets) for c in columns if isinstance(c, Jagged)]
        joined = np.concatenate(values)
        offsets = np.concatenate(lengths).tobytes() if lengths else b""
        found[name] = (joined.dtype.str, joined.tobytes(), offsets)
    return found


def _is_whole(column: object) -> bool:
    if not isinstance(column, Jagged):
        return True
    offsets = column.offsets
    return bool(
        offsets[0] == 0 and offsets[-1] == len(column.values) and (np.diff(offsets) >= 0).all()
    )


def _shown(found: list[Records] | Exception) -> str:
    if isinstance(found, Exception):
        return f"{type(found).__name__}: {str(found).partition(chr(10))[0]}"
    return f"{sum(map(len, found))} records, and no error"
