"""Jets in Parquet files: written atomically with their provenance, read block by block."""

import hashlib
import json
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from vierbein.errors.records import MissingColumnError
from vierbein.events.jagged import Jagged
from vierbein.events.records import Column, Records
from vierbein_collider.generation.blocks import BLOCK, Progress, generate
from vierbein_collider.generation.detectors import Detector
from vierbein_collider.generation.processes import Process
from vierbein_collider.jet_columns import (
    CODE_PARTICLE_COLUMNS,
    FLOAT_PARTICLE_COLUMNS,
    JET_COLUMNS,
)

_METADATA_KEY = b"vierbein_collider"
_ZSTD_LEVEL = 19
_DISTRIBUTIONS = ("vierbein-collider", "pythia8mc", "fastjet", "awkward", "numpy")


def write_jets(
    path: Path,
    detector: Detector,
    processes: Sequence[Process],
    num_jets: int,
    seed: int,
    progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Generate jets into a Parquet file, and write its card (JSON) beside it.

    An interrupted run leaves nothing behind.

    Parameters
    ----------
    path
        The file; the card has the same name with the ending ``.json``.
    detector
        The detector that sees the jets.
    processes
        The hard processes, in equal shares.
    num_jets
        Number of jets in all.
    seed
        Fixes every number.
    progress
        Told how many jets have just been made.

    Returns
    -------
    dict
        The card.
    """
    card = _card(path, detector, processes, num_jets, seed)
    schema = _schema().with_metadata({_METADATA_KEY: json.dumps(card, sort_keys=True)})
    counts = dict.fromkeys((process.name for process in processes), 0)
    partial = path.with_name(f".{path.name}.partial")
    try:
        with pq.ParquetWriter(partial, schema, **_encoding()) as writer:
            for records in generate(detector, processes, num_jets, seed, progress):
                writer.write_table(_table(records, schema), row_group_size=BLOCK * len(processes))
                for process in processes:
                    counts[process.name] += int(np.sum(records["process"] == process.code))
        digest = hashlib.sha256(partial.read_bytes()).hexdigest()
        card |= {"num_jets_by_process": counts, "size": partial.stat().st_size, "sha256": digest}
        _replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    text = partial.with_suffix(".json")
    text.write_text(json.dumps(card, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    _replace(text, path.with_suffix(".json"))
    return card


def read_jets(path: Path, columns: Sequence[str]) -> Iterator[Records]:
    """Stream some columns of a file of jets, a row group at a time.

    Parameters
    ----------
    path
        A Parquet file of jets.
    columns
        Names of the columns wanted.

    Yields
    ------
    Records
        One row group, with those columns.

    Raises
    ------
    MissingColumnError
        If a column is not there.
    """
    with pq.ParquetFile(path) as file:
        present = file.schema_arrow.names
        if missing := [name for name in columns if name not in present]:
            raise MissingColumnError(path.name, missing[0], present)
        done = 0
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, columns=list(columns)).combine_chunks()
            read = {name: _column(table.column(name)) for name in columns}
            yield Records(read, path.name, np.arange(done, done + len(table)))
            done += len(table)


def _card(
    path: Path, detector: Detector, processes: Sequence[Process], num_jets: int, seed: int
) -> dict[str, Any]:
    names = [process.name for process in processes]
    return {
        "command": f"vierbein make-jets --domain {detector.name} --process {' '.join(names)} "
        f"--num-jets {num_jets} --seed {seed} -o {path.name}",
        "seed": seed,
        "num_jets": num_jets,
        "max_particles": detector.max_particles,
        "detector": asdict(detector),
        "processes": {process.name: process.described() for process in processes},
        "versions": {name: version(name) for name in _DISTRIBUTIONS},
        "machine": platform.machine(),
    }


def _schema() -> pa.Schema:
    def particles(kind: pa.DataType) -> pa.DataType:
        return pa.list_(pa.field("element", kind, nullable=False))

    types = {"event_id": pa.int64(), "process": pa.int8()}
    types |= dict.fromkeys(JET_COLUMNS, pa.float32())
    types |= dict.fromkeys(FLOAT_PARTICLE_COLUMNS, particles(pa.float32()))
    types |= dict.fromkeys(CODE_PARTICLE_COLUMNS, particles(pa.int8()))
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in types.items()])


def _encoding() -> dict[str, Any]:
    floats = [*JET_COLUMNS, *(f"{name}.list.element" for name in FLOAT_PARTICLE_COLUMNS)]
    codes = [f"{name}.list.element" for name in CODE_PARTICLE_COLUMNS]
    return {
        "compression": "zstd",
        "compression_level": _ZSTD_LEVEL,
        "use_dictionary": codes,
        "column_encoding": dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
    }


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
