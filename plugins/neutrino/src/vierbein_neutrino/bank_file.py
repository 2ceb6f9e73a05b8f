"""The bank of signals in a Parquet file: written atomically with its card, a row group a signal."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from vierbein.errors.records import MissingColumnError
from vierbein.events.jagged import Jagged
from vierbein.events.records import Column, Records
from vierbein_neutrino.blocks import VERSION, Setup, generate
from vierbein_neutrino.event_columns import BLOCK, COLUMNS, PARTICLE_COLUMNS
from vierbein_neutrino.signals.bank import bank

_METADATA_KEY: Final = b"vierbein_neutrino"
_DISTRIBUTIONS: Final = ("vierbein-neutrino", "numpy")
_TYPES: Final = {
    "event_id": pa.int64(),
    "interaction": pa.int8(),
    "final_state": pa.int8(),
    "signal": pa.int8(),
    "part_pdg": pa.int16(),
}
"""Of columns that are not in single precision."""


def write_bank(path: Path, setup: Setup, num_events: int, seed: int) -> dict[str, Any]:
    """Generate all signals into a Parquet file, and write its card (JSON) beside it.

    An interrupted run leaves nothing behind.

    Parameters
    ----------
    path
        The file; the card has the same name with the ending ``.json``.
    setup
        Beam and nucleus.
    num_events
        Of each signal; at most one block.
    seed
        Fixes every number.

    Returns
    -------
    dict
        The card.
    """
    num_events = min(num_events, BLOCK)
    signals = bank(setup.exposure)
    card: dict[str, Any] = {
        "command": f"vierbein make-neutrino-anomalies --nucleus {setup.nucleus}"
        f"{' --anti' * setup.anti} --num-events {num_events} --seed {seed} -o {path.name}",
        "seed": seed,
        "num_events": num_events,
        "nucleus": setup.nucleus,
        "anti": setup.anti,
        "beam": setup.exposure.beam.provenance(),
        "physics": VERSION,
        "signals": {name: signal.to_json() for name, signal in signals.items()},
        "versions": {name: version(name) for name in _DISTRIBUTIONS},
    }
    schema = _schema().with_metadata({_METADATA_KEY: json.dumps(card, sort_keys=True)})
    partial = path.with_name(f".{path.name}.partial")
    try:
        with pq.ParquetWriter(partial, schema, compression="zstd", compression_level=19) as writer:
            for signal in signals.values():
                made = next(generate(signal.scenario, setup, num_events, seed, signal.code))
                writer.write_table(_table(made, schema))
        digest = hashlib.sha256(partial.read_bytes()).hexdigest()
        card |= {"size": partial.stat().st_size, "sha256": digest}
        _replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    text = partial.with_suffix(".json")
    text.write_text(json.dumps(card, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    _replace(text, path.with_suffix(".json"))
    return card


def read_bank(path: Path, groups: Sequence[int], columns: Sequence[str]) -> Iterator[Records]:
    """Stream some columns of some signals.

    Parameters
    ----------
    path
        A file that `write_bank` wrote.
    groups
        Row groups, one a signal.
    columns
        Names of the columns wanted.

    Yields
    ------
    Records
        One signal, with those columns.

    Raises
    ------
    MissingColumnError
        If a column is not there.
    """
    with pq.ParquetFile(path) as file:
        present = file.schema_arrow.names
        if missing := [name for name in columns if name not in present]:
            raise MissingColumnError(path.name, missing[0], present)
        rows = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
        for group in groups:
            table = file.read_row_group(group, columns=list(columns)).combine_chunks()
            read = {name: _column(table.column(name)) for name in columns}
            first = sum(rows[:group])
            yield Records(read, path.name, np.arange(first, first + rows[group]))


def _schema() -> pa.Schema:
    def field(name: str) -> pa.Field:
        kind = _TYPES.get(name, pa.float32())
        if name in PARTICLE_COLUMNS:
            kind = pa.list_(pa.field("element", kind, nullable=False))
        return pa.field(name, kind, nullable=False)

    return pa.schema([field(name) for name in COLUMNS])


def _table(records: Records, schema: pa.Schema) -> pa.Table:
    def array(name: str) -> pa.Array:
        column = records[name]
        if not isinstance(column, Jagged):
            return pa.array(column)
        offsets = pa.array(column.offsets, pa.int32())
        return pa.ListArray.from_arrays(offsets, pa.array(column.values), schema.field(name).type)

    return pa.Table.from_arrays([array(name) for name in schema.names], schema=schema)


def _column(chunked: pa.ChunkedArray) -> Column:
    array = chunked.combine_chunks()
    if pa.types.is_list(array.type):
        return Jagged(array.flatten().to_numpy(), array.offsets.to_numpy().astype(np.int64))
    values: NDArray[np.generic] = array.to_numpy()
    return values


def _replace(partial: Path, path: Path) -> None:
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(path)
