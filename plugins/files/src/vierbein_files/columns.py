"""A column of a file, however it is nested there, as flat values with offsets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from vierbein.errors.records import BadRecordsError, MissingColumnError, UnusableColumnError
from vierbein.events.jagged import Jagged
from vierbein.events.records import Column

Layout = Any
"""An `awkward.contents.Content`; awkward is not typed."""


def owner(name: str, present: Iterable[str]) -> str | None:
    """Find the name that a dotted path begins with: the longest, where there are several.

    Parameters
    ----------
    name
        A dotted path.
    present
        The names that there are; they may have dots themselves.

    Returns
    -------
    str or None
        The name; None if there is none.

    Examples
    --------
    >>> owner("jet.p4.x", ["jet", "jet.p4", "je"])
    'jet.p4'
    """
    fits = [key for key in present if name == key or name.startswith(f"{key}.")]
    return max(fits, key=len, default=None)


def column_of(
    file: str, run: Mapping[str, Layout], name: str, entries: NDArray[np.int64]
) -> Column:
    """Take one column out of a run.

    Lists of one level become jagged columns; records are gone into by dotted paths; a missing
    number becomes NaN, which an adapter refuses by name.

    Parameters
    ----------
    file
        For error messages.
    run
        The run's columns as the file names them.
    name
        The column asked for, which may lie inside one of them.
    entries
        The position of each record in its file.

    Returns
    -------
    ndarray or Jagged
        One value a record, or a jagged column.

    Raises
    ------
    MissingColumnError
        If a path leads nowhere.
    UnusableColumnError
        If it holds no plain numbers, or lists of lists.
    BadRecordsError
        If a whole list is missing.
    """
    walk = _Walk(file, name, entries, name)
    values = walk.into(ak.contents.RecordArray([*run.values()], [*run]))
    return values if walk.offsets is None else Jagged(values, walk.offsets)


@dataclass
class _Walk:
    """The way from a run to the flat values of one column.

    Parameters
    ----------
    file
        For error messages.
    name
        The column asked for.
    entries
        The position of each record in its file.
    rest
        What of the name is still to be found.
    offsets
        Of the list that was gone through, if there was one.
    """

    file: str
    name: str
    entries: NDArray[np.int64]
    rest: str
    offsets: NDArray[np.int64] | None = None

    def into(self, layout: Layout) -> NDArray[np.generic]:
        if layout.is_option:
            return self.into(self._filled(layout))
        if layout.is_indexed:
            return self.into(layout.project())
        if layout.is_record:
            return self.into(self._part(layout))
        if layout.is_numpy and layout.purelist_depth > 1:
            return self.into(layout.to_RegularArray())
        if layout.is_list:
            return self.into(self._content(layout))
        return self._values(layout)

    def _part(self, layout: Layout) -> Layout:
        if not self.rest:
            raise UnusableColumnError(self.file, self.name, f"the parts {', '.join(layout.fields)}")
        key = owner(self.rest, layout.fields)
        if key is None:
            raise MissingColumnError(self.file, self.name, layout.fields)
        self.rest = self.rest[len(key) + 1 :]
        return layout[key]

    def _content(self, layout: Layout) -> Layout:
        if layout.parameter("__array__") in {"string", "bytestring"}:
            raise UnusableColumnError(self.file, self.name, "text")
        if self.offsets is not None:
            raise UnusableColumnError(self.file, self.name, "lists of lists")
        layout = layout.to_ListOffsetArray64(start_at_zero=True)
        self.offsets = np.asarray(layout.offsets.data)
        return layout.content[: self.offsets[-1]]

    def _values(self, layout: Layout) -> NDArray[np.generic]:
        if self.rest:
            present = self.name.removesuffix(f".{self.rest}")
            raise MissingColumnError(self.file, self.name, [present])
        if not layout.is_numpy or layout.dtype.kind not in "biuf":
            kind = layout.dtype if layout.is_numpy else type(layout).__name__
            raise UnusableColumnError(self.file, self.name, f"values of kind {kind}")
        return np.asarray(layout.data)

    def _filled(self, layout: Layout) -> Layout:
        indexed = layout.to_IndexedOptionArray64()
        is_missing = np.asarray(indexed.index.data) < 0
        if not is_missing.any():
            return indexed.project()
        if not indexed.content.is_numpy or indexed.content.purelist_depth > 1:
            bad = np.flatnonzero(is_missing)
            if self.offsets is not None:
                bad = np.unique(np.searchsorted(self.offsets, bad, side="right") - 1)
            entry, expected = int(self.entries[bad[0]]), "a list, which may be empty"
            raise BadRecordsError(
                self.file, entry, self.name, "nothing (null)", expected, bad.tolist()
            )
        values = np.full(len(is_missing), np.nan)
        values[~is_missing] = np.asarray(indexed.project().data)
        return ak.contents.NumpyArray(values)
