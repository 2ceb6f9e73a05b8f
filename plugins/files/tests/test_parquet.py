from pathlib import Path

import awkward as ak
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vierbein.errors.base import VierbeinError
from vierbein.errors.records import (
    BadRecordsError,
    EmptyFileError,
    MissingColumnError,
    UnreadableFileError,
    UnusableColumnError,
)
from vierbein.events.jagged import Jagged
from vierbein_files.parquet import Parquet

COLUMNS = ("part_pt", "part_charge", "jet_pt", "label", "is_good")


def write(table: pa.Table, path: Path, **settings) -> str:
    pq.write_table(table, path, **settings)
    return str(path)


def message(path: str | list[str], *columns: str, error: type[VierbeinError]) -> list[str]:
    with pytest.raises(error) as caught:
        list(Parquet(path).read(columns or ("jet_pt",)))
    lines = str(caught.value).splitlines()
    assert len(lines) == 3, "what was asked, what there is, what to do"
    return lines


@pytest.fixture
def file(jets: ak.Array, tmp_path: Path) -> str:
    path = tmp_path / "jets.parquet"
    ak.to_parquet(jets, path, row_group_size=10)
    return str(path)


@pytest.mark.parametrize("chunk", [1, 7, 10, 1000])
def test_chunks_together_are_the_file(file: str, jets: ak.Array, chunk: int) -> None:
    runs = list(Parquet(file, chunk=chunk).read(COLUMNS))
    assert all(len(run) <= chunk for run in runs)
    assert np.concatenate([run.positions for run in runs]).tolist() == list(range(25))
    for name in COLUMNS:
        columns = [run[name] for run in runs]
        if name.startswith("part"):
            assert all(isinstance(c, Jagged) and c.offsets[0] == 0 for c in columns)
            values = np.concatenate([c.values for c in columns])
            lengths = np.concatenate([np.diff(c.offsets) for c in columns])
            assert values.dtype == ak.flatten(jets[name]).to_numpy().dtype
            assert values.tolist() == ak.flatten(jets[name]).to_list()
            assert lengths.tolist() == ak.num(jets[name]).to_list()
        else:
            assert np.concatenate(columns).tolist() == jets[name].to_list()


def test_only_the_columns_asked_for_are_there(file: str) -> None:
    (run,) = Parquet(file).read(("jet_pt",))
    assert set(run.columns) == {"jet_pt"}


def test_several_files_come_by_name_and_are_numbered_through(
    jets: ak.Array, tmp_path: Path
) -> None:
    for name, part in (("b", jets[10:]), ("a", jets[:10]), ("none", jets[:0])):
        ak.to_parquet(part, tmp_path / f"{name}.parquet")
    pattern = str(tmp_path / "*.parquet")
    runs = list(Parquet(pattern, chunk=8).read(("jet_pt",)))
    assert np.concatenate([run["jet_pt"] for run in runs]).tolist() == jets.jet_pt.to_list()
    assert np.concatenate([run.numbers for run in runs]).tolist() == list(range(25))
    assert [Path(run.file).name[0] for run in runs] == ["a", "a", "b", "b"]
    assert runs[2].positions.tolist() == list(range(8))
    backwards = Parquet([str(tmp_path / "b.parquet"), str(tmp_path / "a.parquet")])
    assert next(backwards.read(("jet_pt",)))["jet_pt"][0] == jets.jet_pt[10]


def test_nested_columns_have_dotted_paths(tmp_path: Path) -> None:
    table = pa.table(
        {
            "jet": [{"pt": 1.0, "p4": {"x": 2.0}}, {"pt": 3.0, "p4": {"x": 4.0}}],
            "parts": [[{"pt": 5.0, "id": 1}, {"pt": 6.0, "id": 2}], []],
            "Jet.PT": [7.0, 8.0],
            "fixed": pa.array([[1, 2], [3, 4]], pa.list_(pa.int32(), 2)),
            "pairs": pa.array([[("a", 1.5)], []], pa.map_(pa.string(), pa.float32())),
        }
    )
    names = ("jet.pt", "jet.p4.x", "parts.id", "Jet.PT", "fixed", "pairs.value")
    (run,) = Parquet(write(table, tmp_path / "nested.parquet")).read(names)
    assert run["jet.pt"].tolist() == [1, 3]
    assert run["jet.p4.x"].tolist() == [2, 4]
    assert run["Jet.PT"].tolist() == [7, 8]
    for name, values, offsets in (
        ("parts.id", [1, 2], [0, 2, 2]),
        ("fixed", [1, 2, 3, 4], [0, 2, 4]),
        ("pairs.value", [1.5], [0, 1, 1]),
    ):
        column = run[name]
        assert isinstance(column, Jagged)
        assert (column.values.tolist(), column.offsets.tolist()) == (values, offsets)


def test_memory_holds_one_row_group_at_a_time(tmp_path: Path) -> None:
    num, group = 200_000, 5_000
    values = pa.array(np.random.default_rng(1).normal(size=8 * num))
    table = pa.table({"x": pa.FixedSizeListArray.from_arrays(values, 8)})
    path = write(table, tmp_path / "big.parquet", row_group_size=group)
    size = table.nbytes
    del table, values
    before = pa.total_allocated_bytes()
    for run in Parquet(path, chunk=1000).read(("x",)):
        assert len(run) <= 1000
        assert pa.total_allocated_bytes() - before < size / 10


def test_a_missing_number_is_none_and_a_missing_list_is_refused(tmp_path: Path) -> None:
    table = pa.table(
        {"x": [1, None, 3], "lists": [[1.0], None, []], "inner": [[1.0, None], [], []]}
    )
    path = write(table, tmp_path / "nulls.parquet")
    (run,) = Parquet(path).read(("x", "inner"))
    np.testing.assert_array_equal(run["x"], [1, np.nan, 3])
    np.testing.assert_array_equal(run["inner"].values, [1, np.nan])
    what, expected, _ = message(path, "lists", error=BadRecordsError)
    assert what.endswith("nulls.parquet, entry 1: column 'lists' holds nothing (null).")
    assert expected == "  Expected: a list, which may be empty."


def test_provenance_is_of_the_bytes_and_not_of_the_folder(file: str, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "jets.parquet"
    copy.parent.mkdir()
    copy.write_bytes(Path(file).read_bytes())
    ours = Parquet(file).provenance()
    assert Parquet(str(copy), chunk=3).provenance() == ours
    assert ours["files"][0]["size"] == copy.stat().st_size
    copy.write_bytes(b"x" + copy.read_bytes()[1:])
    assert Parquet(str(copy)).provenance() != ours


def test_a_missing_column(file: str) -> None:
    what, there_is, cure = message(file, "jet_mt", error=MissingColumnError)
    assert what.endswith("jets.parquet: there is no column 'jet_mt'. Did you mean jet_pt?")
    assert "5 columns: is_good, jet_pt, label, part_charge, part_pt" in there_is
    assert "adapter" in cure


def test_a_column_lacking_in_the_second_file_is_found_there(jets: ak.Array, tmp_path: Path) -> None:
    ak.to_parquet(jets, tmp_path / "a.parquet")
    ak.to_parquet(jets[["part_pt"]], tmp_path / "b.parquet")
    what, _, _ = message(str(tmp_path / "*.parquet"), "jet_pt", error=MissingColumnError)
    assert "b.parquet: there is no column 'jet_pt'" in what


@pytest.mark.parametrize("kept", [0.999, 0.5, 0.1])
def test_a_truncated_file(file: str, kept: float) -> None:
    content = Path(file).read_bytes()
    Path(file).write_bytes(content[: int(len(content) * kept)])
    what, expected, cure = message(file, error=UnreadableFileError)
    assert what.endswith("jets.parquet: cannot be read (it was cut short, its end is missing).")
    assert expected == "  Expected: a Parquet file."
    assert "Copy or write it again" in cure


def test_a_damaged_page(tmp_path: Path) -> None:
    table = pa.table({"x": np.random.default_rng(1).normal(size=10_000)})
    path = tmp_path / "x.parquet"
    write(table, path, write_page_checksum=True, compression="none", use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[40_000] ^= 1
    path.write_bytes(content)
    what, _, _ = message(str(path), "x", error=UnreadableFileError)
    assert "CRC" in what


@pytest.mark.parametrize("content", [b"root, but not a Parquet file", b"a"])
def test_another_format(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "jets.parquet"
    path.write_bytes(content)
    what, expected, _ = message(str(path), error=UnreadableFileError)
    assert f"it begins with {content[:4]!r}" in what
    assert expected == "  Expected: a Parquet file."


def test_an_empty_file(jets: ak.Array, tmp_path: Path) -> None:
    path = tmp_path / "jets.parquet"
    path.write_bytes(b"")
    assert message(str(path), error=EmptyFileError)[0].endswith("jets.parquet: holds no events.")
    ak.to_parquet(jets[:0], path)
    assert message(str(path), error=EmptyFileError)[0].endswith("jets.parquet: holds no events.")


@pytest.mark.parametrize("name", ["nothing.parquet", "nothing*.parquet"])
def test_a_missing_file(tmp_path: Path, name: str) -> None:
    what, expected, _ = message(str(tmp_path / name), error=UnreadableFileError)
    assert f"{name}: cannot be read (there is no such file)" in what
    assert "from the working folder on" in expected
    with pytest.raises(UnreadableFileError):
        Parquet(str(tmp_path / name)).provenance()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "it is no file" in message(str(tmp_path), error=UnreadableFileError)[0]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["a", "b"], "text"),
        ([["a"], ["b"]], "text"),
        ([[[1], [2]], []], "lists of lists"),
        ([{"pt": 1}, {"pt": 2}], "the parts pt"),
        (pa.array([0, 1], pa.timestamp("s")), "datetime64"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_column_without_plain_numbers(tmp_path: Path, values: list, found: str) -> None:
    path = write(pa.table({"x": values}), tmp_path / "x.parquet")
    name = "x"
    if found.startswith("the parts"):
        what, there_is, _ = message(path, name, error=MissingColumnError)
        assert "no column 'x'" in what
        assert "x.pt" in there_is
    else:
        what, expected, _ = message(path, name, error=UnusableColumnError)
        assert f"it holds {found}" in what.replace("values of kind ", "")
        assert "one list of numbers an event" in expected
