"""Evaluate a mapping's quantities on one run of records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vierbein.errors.features import MappingError
from vierbein.errors.records import ShapeMismatchError
from vierbein.events.checks import check_column, check_finite, refuse
from vierbein.events.expression import Expression, Value
from vierbein.events.jagged import Jagged
from vierbein.events.quantity import Quantity
from vierbein.events.records import Records
from vierbein.events.units import factor


@dataclass(frozen=True)
class Reader:
    """Columns in the program's units, and the particles that the jagged ones share.

    Parameters
    ----------
    columns
        By name.
    offsets
        Where each event's particles begin, and the end.
    records
        Where they come from, for error messages.
    """

    columns: Mapping[str, Value]
    offsets: NDArray[np.int64]
    records: Records

    @classmethod
    def of(cls, records: Records, names: Sequence[str], units: Mapping[str, str]) -> "Reader":
        """Take some columns of a run of records.

        Parameters
        ----------
        records
            The run.
        names
            The columns wanted.
        units
            The file's units, by column; what is not named is in the program's units already.

        Returns
        -------
        Reader
            The columns, converted.

        Raises
        ------
        MissingColumnError
            If a column is not there.
        BadRecordsError
            If a value is NaN or infinite.
        ShapeMismatchError
            If two columns do not describe the same particles.
        MappingError
            If no column has a value for each particle.
        """
        columns: dict[str, Value] = {}
        offsets, first = None, ""
        for name in names:
            column = records[name]
            values: NDArray[Any] = column.values if isinstance(column, Jagged) else column
            check_column(name, column, records)
            if name in units:
                values = values * np.float64(factor(units[name], name))
            columns[name] = Value(values, isinstance(column, Jagged))
            if not isinstance(column, Jagged):
                continue
            if offsets is None:
                offsets, first = column.offsets, name
            elif not np.array_equal(offsets, column.offsets):
                entry = int(np.flatnonzero(np.diff(offsets) != np.diff(column.offsets))[0])
                raise ShapeMismatchError(records.file, first, name, int(records.positions[entry]))
        if offsets is None:
            raise MappingError("p4", "no column with a value for each particle", "at least one")
        return cls(columns, offsets.astype(np.int64), records)

    @property
    def num_events(self) -> int:
        """Events of the run, before any cut."""
        return len(self.offsets) - 1

    def particles(self, text: str) -> NDArray[Any]:
        """Evaluate an expression for each particle; a per-event value is repeated."""
        value = Expression(text).evaluate(self.columns, self.offsets)
        if value.is_jagged:
            return value.array
        per_event = np.broadcast_to(value.array, (self.num_events,))
        return np.repeat(per_event, np.diff(self.offsets))

    def events(self, text: str) -> NDArray[Any]:
        """Evaluate an expression for each event.

        Parameters
        ----------
        text
            An expression of columns.

        Returns
        -------
        ndarray
            One value an event.

        Raises
        ------
        MappingError
            If it gives a value for each particle.
        """
        value = Expression(text).evaluate(self.columns, self.offsets)
        if value.is_jagged:
            raise MappingError(text, "one value a particle", "one value an event")
        return np.broadcast_to(value.array, (self.num_events,))

    def particle_quantity(self, name: str, quantity: Quantity) -> NDArray[Any]:
        """Evaluate a quantity for each particle.

        Parameters
        ----------
        name
            What it is called in error messages.
        quantity
            Its expression, and the translation of its codes.

        Returns
        -------
        ndarray
            One value a particle.

        Raises
        ------
        BadRecordsError
            If a value is not finite, or a code is not in the translation.
        """
        return self._checked(name, quantity, self.particles(quantity.value), self.offsets)

    def event_quantity(self, name: str, quantity: Quantity) -> NDArray[Any]:
        """Evaluate a quantity for each event.

        Parameters
        ----------
        name
            What it is called in error messages.
        quantity
            Its expression, and the translation of its codes.

        Returns
        -------
        ndarray
            One value an event.

        Raises
        ------
        BadRecordsError
            If a value is not finite, or a code is not in the translation.
        """
        one_each = np.arange(self.num_events + 1)
        return self._checked(name, quantity, self.events(quantity.value), one_each)

    def passed(self, cuts: Sequence[str]) -> NDArray[np.int64]:
        """Give the positions of the events that fulfil every cut."""
        passed = np.ones(self.num_events, dtype=bool)
        for cut in cuts:
            passed &= self.events(cut).astype(bool)
        return np.flatnonzero(passed)

    def _checked(
        self, name: str, quantity: Quantity, values: NDArray[Any], offsets: NDArray[np.int64]
    ) -> NDArray[Any]:
        if not quantity.codes:
            found = f"no number for {quantity.value}"
            check_finite(name, values, offsets, self.records, found)
            return values
        keys = np.array(sorted(map(int, quantity.codes)))
        place = np.clip(np.searchsorted(keys, values), 0, len(keys) - 1)
        if (unknown := keys[place] != values).any():
            found, expected = f"the code {values[unknown][0]}", ", ".join(map(str, keys))
            refuse(unknown, offsets, self.records, name, found, f"one of {expected}")
        translated: NDArray[Any] = np.array([quantity.codes[str(key)] for key in keys])[place]
        return translated
