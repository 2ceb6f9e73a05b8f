import struct
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from vierbein.errors.base import VierbeinError
from vierbein.errors.records import EmptyFileError, MissingColumnError, UnreadableFileError
from vierbein.events.jagged import Jagged
from vierbein_files.errors import MissingTreeError
from vierbein_files.root import Root

COLUMNS = ("part_pt", "part_charge", "jet_pt", "label", "is_good")


def message(dataset: Root, *columns: str, error: type[VierbeinError]) -> list[str]:
    with pytest.raises(error) as caught:
        list(dataset.read(columns or ("jet_pt",)))
    lines = str(caught.value).splitlines()
    assert len(lines) == 3, "what was asked, what there is, what to do"
    return lines


@pytest.fixture(params=["tree", "rntuple"])
def file(request: pytest.FixtureRequest, jets: ak.Array, tmp_path: Path) -> str:
    """The jets in three baskets or clusters, after a histogram that is no tree."""
    path = tmp_path / "jets.root"
    columns = {name: jets[name] for name in jets.fields}
    with uproot.recreate(path) as out:
        out["first"] = np.histogram([1, 2, 2])
        make = out.mktree if request.param == "tree" else out.mkrntuple
        first = {name: values[:10] for name, values in columns.items()}
        kinds = {name: values.type.content for name, values in columns.items()}
        tree = make("jets", kinds if request.param == "tree" else first)
        parts = (slice(0, 10), slice(10, 20), slice(20, 25))
        for part in parts if request.param == "tree" else parts[1:]:
            tree.extend({name: values[part] for name, values in columns.items()})
    return str(path)


@pytest.mark.parametrize("chunk", [1, 7, 10, 1000])
def test_chunks_together_are_the_file(file: str, jets: ak.Array, chunk: int) -> None:
    runs = list(Root(file, chunk=chunk).read(COLUMNS))
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


def test_several_files_are_numbered_through(file: str) -> None:
    runs = list(Root([file, file], chunk=20).read(("label",)))
    assert np.concatenate([run.numbers for run in runs]).tolist() == list(range(50))


def test_the_tree_is_chosen_by_name(tmp_path: Path) -> None:
    path = tmp_path / "two.root"
    with uproot.recreate(path) as out:
        out.mktree("Events", {"x": "f4"}).extend({"x": np.ones(2, np.float32)})
        out.mktree("folder/Runs", {"y": "i4"}).extend({"y": np.arange(3, dtype=np.int32)})
    assert next(Root(str(path)).read(("x",)))["x"].tolist() == [1, 1]
    assert next(Root(str(path), tree="folder/Runs").read(("y",)))["y"].tolist() == [0, 1, 2]
    what, there_is, cure = message(Root(str(path), tree="Evnts"), error=MissingTreeError)
    assert what.endswith("two.root: there is no tree 'Evnts'. Did you mean Events?")
    assert there_is.endswith("Events, folder/Runs")
    assert "dataset.tree=" in cure


def test_a_file_without_any_tree(tmp_path: Path) -> None:
    path = tmp_path / "histogram.root"
    with uproot.recreate(path) as out:
        out["first"] = np.histogram([1, 2, 2])
    what, there_is, _ = message(Root(str(path)), error=MissingTreeError)
    assert what.endswith("histogram.root: there is no tree.")
    assert there_is.endswith("none")


def test_provenance_names_tree_and_bytes(file: str) -> None:
    ours = Root(file, tree="jets").provenance()
    assert Root(file, tree="jets", chunk=3).provenance() == ours
    assert Root(file, tree="other").provenance() != ours
    assert ours["files"][0]["size"] == Path(file).stat().st_size


def test_a_missing_column(file: str) -> None:
    what, there_is, _ = message(Root(file), "jet_mt", error=MissingColumnError)
    assert "jets.root: there is no column 'jet_mt'. Did you mean jet_pt" in what
    assert "jet_pt, label" in there_is


@pytest.mark.parametrize("kept", [0.999, 0.5, 0.01])
def test_a_truncated_file(file: str, kept: float) -> None:
    content = Path(file).read_bytes()
    left = int(len(content) * kept)
    Path(file).write_bytes(content[:left])
    what, expected, _ = message(Root(file), error=UnreadableFileError)
    assert f"(it was cut short: {left} bytes are left of {len(content)})" in what
    assert expected == "  Expected: a whole ROOT file."


def test_a_truncated_file_of_more_than_two_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "large.root"
    path.write_bytes(struct.pack(">4siiQ", b"root", 1_063_200, 100, 5_000_000_000) + b"\0" * 500)
    what, _, _ = message(Root(str(path)), error=UnreadableFileError)
    assert "520 bytes are left of 5000000000" in what


def test_damaged_bytes_are_an_error_that_names_the_file(file: str) -> None:
    content = Path(file).read_bytes()
    rng = np.random.default_rng(9)
    errors = []
    for _ in range(60):
        damaged = bytearray(content)
        start = int(rng.integers(100, len(content) - 60))
        damaged[start : start + 50] = rng.bytes(50)
        Path(file).write_bytes(damaged)
        try:
            list(Root(file).read(COLUMNS))
        except VierbeinError as error:
            errors.append(str(error))
    assert len(errors) >= 5
    assert all("jets.root" in error for error in errors)


def test_another_format(tmp_path: Path) -> None:
    path = tmp_path / "jets.root"
    path.write_bytes(b"PAR1" + b"\0" * 500)
    what, expected, _ = message(Root(str(path)), error=UnreadableFileError)
    assert "not a ROOT file" in what
    assert expected == "  Expected: a ROOT file."


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "jets.root"
    path.write_bytes(b"")
    assert message(Root(str(path)), error=EmptyFileError)[0].endswith("jets.root: holds no events.")
    with uproot.recreate(path) as out:
        out.mktree("jets", {"jet_pt": "f4"})
    assert message(Root(str(path)), error=EmptyFileError)[0].endswith("jets.root: holds no events.")
