from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from vierbein.errors.records import CannotWriteError
from vierbein.events.records import Records
from vierbein.interfaces.dataset import Dataset


class Three(Dataset):
    """Three records."""

    def provenance(self) -> dict[str, int]:
        """Say how many."""
        return {"num": 3}

    def read(self, columns: Sequence[str]) -> Iterator[Records]:
        """Give them."""
        yield Records({name: np.arange(3) for name in columns}, "three")


def test_a_dataset_that_only_reads_refuses_to_write(tmp_path: Path) -> None:
    with pytest.raises(CannotWriteError) as caught:
        Three.write(tmp_path / "scores.three", [{"event_id": np.arange(3)}])
    what, there_is, cure = str(caught.value).splitlines()
    assert what.endswith("scores.three: cannot be written, dataset 'Three' only reads.")
    assert ".parquet" in there_is
    assert "-o scores.parquet" in cure
    assert not any(tmp_path.iterdir())


def test_an_event_generator_claims_no_file() -> None:
    assert Three.suffixes == ()


def test_records_number_events_through_all_files() -> None:
    records = Records({"x": np.arange(4)}, "b.root", np.array([5, 6, 7, 8]), first=100)
    assert records.numbers.tolist() == [105, 106, 107, 108]
    kept = records.without(np.array([0, 2]))
    assert kept.positions.tolist() == [6, 8]
    assert kept.numbers.tolist() == [106, 108]
    assert kept["x"].tolist() == [1, 3]
