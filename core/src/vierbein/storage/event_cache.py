"""The event cache: flat columns on disk, memory-mapped, converted once."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from vierbein.errors.files import HashMismatchError
from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.events.table import EventTable
from vierbein.storage.atomic import new_folder, write_json
from vierbein.storage.hashing import sha256_of

FORMAT = 1
_MANIFEST = "manifest.json"


def write_table(folder: Path, batches: Iterable[EventBatch], card: Mapping[str, Any]) -> EventTable:
    """Stream batches into a new cache; the folder appears when all are in it.

    Parameters
    ----------
    folder
        Where the cache will be.
    batches
        Of one schema and domain; one is held in memory at a time.
    card
        What the events are: provenance of the dataset, mapping, counts of events set aside; read
        after the last batch, so that it may count while they stream.

    Returns
    -------
    EventTable
        What was written, mapped into memory.
    """
    with new_folder(folder) as temporary:
        files: dict[str, BinaryIO] = {}
        shapes: dict[str, tuple[str, list[int]]] = {}
        rows: Counter[str] = Counter()
        num_events = num_particles = 0
        schema, domain = FeatureSchema(), ""
        try:
            for batch in batches:
                schema, domain = batch.schema, batch.domain
                for name, values in _columns(batch, num_particles, is_first=not files).items():
                    if name not in files:
                        files[name] = (temporary / name).open("wb")
                        shapes[name] = (values.dtype.str, list(values.shape[1:]))
                    files[name].write(np.ascontiguousarray(values).data)
                    rows[name] += len(values)
                num_events += len(batch)
                num_particles += len(batch.p4)
        finally:
            for file in files.values():
                file.close()
        columns = {
            name: {
                "dtype": dtype,
                "shape": [rows[name], *width],
                "sha256": sha256_of(temporary / name),
            }
            for name, (dtype, width) in shapes.items()
        }
        manifest = {
            "format": FORMAT,
            "schema": schema.to_json(),
            "domain": domain,
            "num_events": num_events,
            "num_particles": num_particles,
            "columns": columns,
            "card": dict(card),
        }
        write_json(temporary / _MANIFEST, manifest)
    return open_table(folder)


def open_table(folder: Path) -> EventTable:
    """Map a cache into memory, after its bytes have been checked.

    Parameters
    ----------
    folder
        Where `write_table` put it.

    Returns
    -------
    EventTable
        Its columns are mapped, not loaded.

    Raises
    ------
    HashMismatchError
        If a column's bytes are not those that were written.
    """
    manifest = json.loads((folder / _MANIFEST).read_text())
    columns: dict[str, NDArray[Any]] = {}
    for name, column in manifest["columns"].items():
        if (found := sha256_of(folder / name)) != column["sha256"]:
            raise HashMismatchError(str(folder / name), column["sha256"], found)
        columns[name] = _map(folder / name, column["dtype"], column["shape"])
    truth = {n.removeprefix("truth."): v for n, v in columns.items() if n.startswith("truth.")}
    return EventTable(
        FeatureSchema.from_json(manifest["schema"]),
        manifest["domain"],
        columns["p4"],
        columns["features"],
        columns["offsets"],
        columns["event_features"],
        columns["event_weight"],
        columns["event_id"],
        truth,
        columns.get("pdg"),
    )


def card_of(folder: Path) -> dict[str, Any]:
    """Give the card of a cache, with its counts and the hashes of its columns."""
    manifest = json.loads((folder / _MANIFEST).read_text())
    hashes = {name: column["sha256"] for name, column in manifest["columns"].items()}
    return {**manifest["card"], "num_events": manifest["num_events"], "sha256": hashes}


def _columns(batch: EventBatch, num_before: int, *, is_first: bool) -> dict[str, NDArray[Any]]:
    offsets = batch.offsets.numpy() + num_before
    columns = {
        "p4": batch.p4.numpy(),
        "features": batch.features.numpy(),
        "offsets": offsets if is_first else offsets[1:],
        "event_features": batch.event_features.numpy(),
        "event_weight": batch.event_weight.numpy(),
        "event_id": batch.event_id.numpy(),
        **{f"truth.{name}": values.numpy() for name, values in batch.truth.items()},
    }
    if batch.pdg is not None:
        columns["pdg"] = batch.pdg.numpy()
    return columns


def _map(path: Path, dtype: str, shape: list[int]) -> NDArray[Any]:
    if path.stat().st_size == 0:  # an empty file cannot be mapped
        return np.zeros(shape, dtype)
    return np.memmap(path, dtype=dtype, mode="r", shape=tuple(shape))
