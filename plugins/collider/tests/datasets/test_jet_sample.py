import numpy as np
import pytest

from vierbein.errors.files import HashMismatchError
from vierbein.errors.records import MissingColumnError, UnreadableFileError
from vierbein_collider.datasets.jet_sample import JetSample


def test_it_streams_the_columns_that_are_asked_for_in_blocks():
    runs = list(JetSample("cms").read(["event_id", "part_pt"]))
    assert all(set(run.columns) == {"event_id", "part_pt"} for run in runs)
    assert all(len(run) <= 2000 for run in runs)
    entries = np.concatenate([run.positions for run in runs])
    assert np.array_equal(entries, np.arange(JetSample("cms").shipped.card["num_jets"]))


def test_provenance_differs_between_domains_and_names_no_folder():
    provenance = [JetSample(domain).provenance() for domain in ("cms", "atlas", "calo")]
    assert len({p["sha256"] for p in provenance}) == 3
    assert {p["file"] for p in provenance} == {"cms.parquet", "atlas.parquet", "calo.parquet"}


def test_a_flipped_byte_is_refused(tmp_path):
    sample = JetSample("cms")
    damaged = bytearray(sample.shipped.path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    sample.shipped.path = tmp_path / "cms.parquet"
    sample.shipped.path.write_bytes(damaged)
    with pytest.raises(HashMismatchError, match=r"cms\.parquet: refused"):
        next(sample.read(["event_id"]))


def test_a_missing_file_and_a_missing_column_are_named(tmp_path):
    sample = JetSample("cms")
    with pytest.raises(MissingColumnError, match="no column 'part_dxy'"):
        next(sample.read(["part_dxy"]))
    sample.shipped.path = tmp_path / "cms.parquet"
    with pytest.raises(UnreadableFileError, match="there is no such file"):
        next(sample.read(["event_id"]))
