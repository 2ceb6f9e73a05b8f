"""A toy plugin, installed by its metadata alone, and runs of it."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vierbein.events.jagged import Jagged
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.result import Result
from vierbein.experiment.run import configure, run

TOY = Path(__file__).parent / "toy"
KINDS = [
    "backbone=toy_kinds",
    "adapter@source.adapter=toy_upgrade",
    "adapter=toy_upgrade",
    "source.adapter.name=here",
    "adapter.name=there",
]
EXPERIMENT = """\
# @package _global_
defaults:
  - /dataset@source.dataset: toy_records
  - /adapter@source.adapter: toy_detector
  - /backbone@compare.smaller_twin: toy_sets
  - override /dataset: toy_records
  - override /adapter: toy_detector
  - override /backbone: toy_sets
  - override /task: jet_classification
  - override /tuner: [full]
  - override /observable: [toy_product]
  - _self_
name: toy
cache_folder: runs/.cache
source: {dataset: {seed: 1}, adapter: {name: here}}
dataset: {seed: 2}
adapter: {name: there}
stages: [pretrain, adapt, compare, question, report]
pretrain: {steps: 600, batch_size: 128, learning_rate: 1e-2}
training: {batch_size: 64, learning_rate: 3e-3, looks: 6}
compare:
  arms: [zero_shot, fine_tuned, twin_equal_steps, twin_equal_flops, smaller_twin, baseline]
  sizes: [60, 600]
  seeds: 2
  steps: 60
  replicas: 60
  test_events: 1000
  workers: 1
  slices: {toy_product: 2}
  smaller_twin: {width: 6}
"""


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Put the toy plugin on the import path, as if pip had installed it."""
    site = tmp_path_factory.mktemp("site")
    paths = [str(site), str(TOY)]
    sys.path[:0] = paths
    from vierbein_toy.site import install

    install(site)
    yield site
    for path in paths:
        sys.path.remove(path)


@pytest.fixture(scope="session")
def toy_experiment() -> str:
    """Give the text of the experiment `toy`."""
    return EXPERIMENT


@pytest.fixture
def folder(toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder that has the experiment `toy`."""
    monkeypatch.chdir(tmp_path)
    Path("conf/experiment").mkdir(parents=True)
    Path("conf/experiment/toy.yaml").write_text(EXPERIMENT)
    return tmp_path


@pytest.fixture(scope="session")
def made_kinds_base(
    toy: Path, toy_experiment: str, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The run folder of a base with an input normalisation, event features and kinds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("pretrained"))
        Path("conf/experiment").mkdir(parents=True)
        Path("conf/experiment/toy.yaml").write_text(toy_experiment)
        few = ["pretrain.steps=30", "source.dataset.num_events=600", "stages=[pretrain]"]
        return run("toy", [*KINDS, *few], is_quiet=True).folder.absolute()


@pytest.fixture
def kinds_base(made_kinds_base: Path, folder: Path) -> Path:
    """A copy of that base in the working folder."""
    shutil.copytree(made_kinds_base, "runs/toy")
    return Path("runs/toy/pretrain/base")


@pytest.fixture
def kinds() -> list[str]:
    """The overrides that the base was made with."""
    return KINDS


@pytest.fixture
def toy_run(folder: Path) -> Callable[..., Result]:
    """Run the experiment `toy` with overrides."""
    return lambda *overrides: run("toy", list(overrides), is_quiet=True)


@pytest.fixture
def command_environment(folder: Path) -> Mapping[str, str]:
    """The environment of a process that is to find the toy plugin."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


@pytest.fixture
def quickstart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Assembly]:
    """Configure the quick start, with its shipped base, and read none of its events."""
    monkeypatch.chdir(tmp_path)
    return lambda *overrides: Assembly(configure("quickstart", list(overrides)))


@pytest.fixture
def toy_file(folder: Path) -> Callable[..., Any]:
    """Write the toy detector's records to a Parquet file, and give them as they are in memory.

    One value may be made NaN: `nan={column: entry}` takes the entry's last particle.
    """
    from vierbein_toy.toy_records import ToyRecords

    def write(
        path: str,
        num_events: int = 1000,
        seed: int = 2,
        *,
        row_group: int = 10_000,
        nan: Mapping[str, int] | None = None,
    ) -> Any:
        names = ("x", "y", "z", "energy", "process", "number")
        (records,) = ToyRecords(num_events, seed).read(names)
        columns = {}
        for name in names:
            column = records[name]
            if not isinstance(column, Jagged):
                columns[name] = pa.array(column)
                continue
            values = np.array(column.values)
            for entry in [entry for where, entry in (nan or {}).items() if where == name]:
                values[column.offsets[entry + 1] - 1] = np.nan
            columns[name] = pa.ListArray.from_arrays(column.offsets.astype(np.int32), values)
        pq.write_table(pa.table(columns), path, row_group_size=row_group)
        return records

    return write
