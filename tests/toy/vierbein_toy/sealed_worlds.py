"""Worlds that differ in nothing but what is sealed, and what a run makes in each of them.

Pictures stand in report.json as data; they are not drawn, which would take most of the time.
"""

import contextlib
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from vierbein.errors.base import VierbeinError
from vierbein.events.jagged import Jagged
from vierbein.events.records import Records
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.run import configure, perform
from vierbein.experiment.signal_region import SignalRegion
from vierbein.storage.hashing import sha256_of, sha256_of_data
from vierbein_toy.toy_detector import ToyDetector
from vierbein_toy.toy_product import ToyProduct
from vierbein_toy.toy_records import ToyRecords

CUT: Final = "toy_product > 0.5 and toy_product < 3.5"
PUBLIC: Final = "1f" * 32
"""Some point on the curve; who has its private part does not matter for what a run makes."""
EVENTS: Final = "events.parquet"
NAMES: Final = ("x", "y", "z", "energy", "process", "number")
EXPERIMENT: Final = """\
# @package _global_
defaults:
  - /dataset@source.dataset: toy_records
  - /adapter@source.adapter: toy_detector
  - override /dataset: parquet
  - override /adapter: toy_detector
  - override /backbone: toy_sets
  - override /task: jet_classification
  - override /tuner: [full]
  - override /observable: [toy_product]
  - override /safeguard: [ood, blinding]
  - _self_
name: sealed
cache_folder: runs/.cache
source: {dataset: {num_events: 300, seed: 1}, adapter: {name: here}}
dataset: {path: events.parquet, chunk: 64}
adapter: {name: there}
stages: [pretrain, adapt, compare, question, report]
pretrain: {steps: 10, batch_size: 16}
training: {batch_size: 16, looks: 2}
compare:
  arms: [zero_shot, fine_tuned, twin_equal_steps, baseline]
  sizes: [40]
  seeds: 1
  steps: 6
  replicas: 10
  workers: 1
  slices: {toy_product: 2}
seal:
  cuts: {there: toy_product > 0.5 and toy_product < 3.5}
  custodian: CUSTODIAN
  megabytes: 1
"""

World = Literal["base", "content", "count", "unreadable"]


def records(seed: int, world: World, num_events: int = 400) -> dict[str, Any]:
    """Give the columns of a world's file.

    Open events are the same in all worlds of a seed. In the world `content`, sealed ones have other
    momenta, features, kinds and numbers, beyond all open ones, so that they decide each extreme,
    and lie in the signal region all the same. In `count`, every second one is missing. In
    `unreadable`, their energies are no numbers and their kinds are unknown.
    """
    (made,) = ToyRecords(num_events, seed).read(NAMES)
    events = ToyDetector().read(made)
    inside = SignalRegion(CUT, ToyDetector(), {"toy_product": ToyProduct()}).inside(events)
    columns: dict[str, Any] = {name: made[name] for name in NAMES}
    per_particle = np.repeat(inside, np.diff(columns["x"].offsets))

    def changed(name: str, factor: float) -> Jagged:
        values = columns[name].values
        return Jagged(np.where(per_particle, factor * values, values), columns[name].offsets)

    if world == "content":  # the product of the three features stays what it is, to the last bit
        columns |= {"x": changed("x", -16), "y": changed("y", -1 / 16)}
        columns["energy"] = changed("energy", 3)
        columns["process"] = np.where(inside, 1 - columns["process"], columns["process"])
        columns["number"] = columns["number"] + np.where(inside, 10_000_000, 0)
    if world == "unreadable":
        columns["energy"] = changed("energy", np.nan)
        columns["process"] = np.where(inside, 7, columns["process"])
    if world == "count":
        dropped = np.flatnonzero(inside)[::2]
        kept = Records(columns, "").without(dropped)
        columns = {name: kept[name] for name in NAMES}
    return columns


def write(columns: Mapping[str, Any], path: Path) -> None:
    """Write a world's file."""
    table = {}
    for name, column in columns.items():
        if isinstance(column, Jagged):
            offsets = column.offsets.astype(np.int32)
            table[name] = pa.ListArray.from_arrays(offsets, column.values)
        else:
            table[name] = pa.array(column)
    pq.write_table(pa.table(table), path)


@contextlib.contextmanager
def inhabited(folder: Path, seed: int, world: World, custodian: str = PUBLIC) -> Iterator[Path]:
    """Work in a new folder that holds a world's file and the experiment `sealed`."""
    (folder / "conf" / "experiment").mkdir(parents=True)
    text = EXPERIMENT.replace("CUSTODIAN", custodian)
    (folder / "conf" / "experiment" / "sealed.yaml").write_text(text)
    write(records(seed, world), folder / EVENTS)
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield folder
    finally:
        os.chdir(before)


def made(
    folder: Path, seed: int, world: World, *overrides: str, leak: Callable[[], Any] | None = None
) -> dict[str, str]:
    """Run in a world, and hash all that the run leaves behind and says.

    Parameters
    ----------
    folder
        A new one.
    seed, world
        Of the records.
    overrides
        Of the experiment.
    leak
        Gives a context in which the program has a fault.

    Returns
    -------
    dict
        By file: its sha256. Times are left out, of a box there is the size, of its log the words.
    """
    said = io.StringIO()
    with (
        inhabited(folder, seed, world),
        (leak or contextlib.nullcontext)(),
        patch("vierbein.experiment.report.draw.svg", lambda picture: repr(picture).encode()),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        try:
            perform(Assembly(_configured(overrides)), Console(file=said))
        except VierbeinError as error:  # its words are something that a run says
            said.write(f"{type(error).__name__}: {error}")
    files = {path for path in folder.glob("runs/**/*") if path.is_file()}
    hashes = {str(path.relative_to(folder)): _hash(path) for path in files}
    return {**hashes, "output": sha256_of_data(said.getvalue())}


@lru_cache
def _configured(overrides: tuple[str, ...]) -> dict[str, Any]:
    """Compose the experiment; it is the same in every world."""
    return configure("sealed", overrides)


def _hash(path: Path) -> str:
    if path.name in {"timings.json", ".lock"}:
        return ""
    if path.name == "report.html":  # but for the times at its end, and what safeguards cost
        times = r"(?s)<section id=\"timings\">.*|<time .*?</time>"
        return sha256_of_data(re.sub(times, "", path.read_text()))
    if path.suffix == ".box":
        return str(path.stat().st_size)
    if path.name.startswith("log."):
        return "" if "head" in path.name else sha256_of_data(_acts(path))
    return sha256_of(path)


def _acts(log: Path) -> list[Any]:
    """Give the log's words without times and what hangs on a box's random key."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    volatile = ("when", "previous", "hash")
    return [
        {
            **{key: value for key, value in line.items() if key not in volatile},
            "files": {k: v for k, v in line["files"].items() if not k.endswith(".box")},
        }
        for line in lines
    ]


def differing(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    """Name the files that two runs do not have alike."""
    return sorted(name for name in {*first, *second} if first.get(name) != second.get(name))
