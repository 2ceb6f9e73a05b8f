"""Records with something wrong."""

from dataclasses import replace

import numpy as np

from vierbein.events.jagged import Jagged
from vierbein.events.records import Column, Records


def spoilt(records: Records, name: str, value: float) -> tuple[Records, int]:
    """Put a value into the last record that has a place for it in a column."""
    column = records[name]
    values = np.array(column.values if isinstance(column, Jagged) else column, dtype=np.float64)
    values[-1] = value
    if not isinstance(column, Jagged):
        wrong: Column = values
        entry = len(records) - 1
    else:
        wrong = Jagged(values, column.offsets)
        entry = int(np.flatnonzero(np.diff(column.offsets))[-1])
    columns = {**records.columns, name: wrong}
    return replace(records, columns=columns), int(records.positions[entry])


def scaled(column: Column, scale: float) -> Column:
    """Multiply a column, as another unit would."""
    if isinstance(column, Jagged):
        return Jagged(scale * column.values.astype(np.float64), column.offsets)
    return scale * column.astype(np.float64)
