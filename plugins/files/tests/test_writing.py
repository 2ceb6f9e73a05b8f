"""What is written is read, a run at a time; a writing that fails changes nothing."""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from vierbein_files.parquet import Parquet
from vierbein_files.root import Root


@pytest.mark.parametrize(("dataset", "name"), [(Root, "new/s.root"), (Parquet, "new/s.parquet")])
def test_what_is_written_is_read(tmp_path: Path, dataset: type[Root | Parquet], name: str) -> None:
    path = tmp_path / name

    def runs() -> Iterator[dict[str, np.ndarray]]:
        for start in (0, 4, 8):
            ids = np.arange(start, start + 4)
            yield {"event_id": ids, "score": (ids / 10).astype(np.float32), "cut": ids > 5}

    dataset.write(path, runs())
    (run,) = dataset(str(path)).read(("event_id", "score", "cut"))
    assert run["event_id"].tolist() == list(range(12))
    assert run["score"].dtype == np.float32
    np.testing.assert_array_equal(run["score"], (np.arange(12) / 10).astype(np.float32))
    assert run["cut"].tolist() == [i > 5 for i in range(12)]


@pytest.mark.parametrize(("dataset", "name"), [(Root, "s.root"), (Parquet, "s.parquet")])
def test_a_writing_that_fails_leaves_what_was_there(
    tmp_path: Path, dataset: type[Root | Parquet], name: str
) -> None:
    path = tmp_path / name
    dataset.write(path, [{"x": np.arange(3)}])
    before = path.read_bytes()

    def runs() -> Iterator[dict[str, np.ndarray]]:
        yield {"x": np.arange(3)}
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dataset.write(path, runs())
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_one_run_is_held_at_a_time_and_becomes_a_row_group(tmp_path: Path) -> None:
    held: list[weakref.ref[np.ndarray]] = []
    alive = []

    def runs() -> Iterator[dict[str, np.ndarray]]:
        for start in range(0, 50, 10):
            gc.collect()
            alive.append(sum(ref() is not None for ref in held))
            values = np.arange(start, start + 10)
            held.append(weakref.ref(values))
            yield {"x": values}
            del values

    Parquet.write(tmp_path / "scores.parquet", runs())
    assert max(alive) <= 1
    written = pq.ParquetFile(tmp_path / "scores.parquet")
    assert written.metadata.num_row_groups == 5
    assert written.read()["x"].to_pylist() == list(range(50))
