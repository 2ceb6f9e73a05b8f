"""A changed, missing, moved or added byte of an artifact is found, and named."""

import json
from pathlib import Path

import pytest

from vierbein.errors.files import MissingFileError, TornManifestError
from vierbein.storage.manifest import MANIFEST, check_manifest, manifest

FILES = ("golden.npz", "model.onnx", "io.json", "metrics.json", "verdict.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, name in enumerate(FILES):
        (tmp_path / name).write_bytes(bytes(range(50 + number)))
    manifest(tmp_path, FILES, previous="abc")
    return tmp_path


def test_an_untouched_folder_passes_and_gives_the_same_chain(folder: Path) -> None:
    chain = manifest(folder, FILES, previous="abc")
    assert check_manifest(folder) == check_manifest(folder, chain) == chain
    entries = json.loads((folder / MANIFEST).read_text())["files"]
    assert [entry["name"] for entry in entries] == list(FILES)
    assert entries[1]["size"] == 51


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0, 17, 49])
def test_one_flipped_bit_is_refused_by_the_files_name(folder: Path, name: str, place: int) -> None:
    data = bytearray((folder / name).read_bytes())
    data[place] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(TornManifestError, match=rf"{name}: does not fit.*sha256"):
        check_manifest(folder)


def test_the_first_of_several_bad_files_is_named(folder: Path) -> None:
    (folder / "verdict.json").write_bytes(b"")
    (folder / "io.json").write_bytes(b"short")
    with pytest.raises(TornManifestError, match=r"io\.json: .*5 bytes, 52 were written"):
        check_manifest(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "metrics.json").unlink()
    with pytest.raises(TornManifestError, match=r"metrics\.json: .*missing"):
        check_manifest(folder)


def test_the_chain_depends_on_order_and_on_what_came_before(folder: Path) -> None:
    chains = {
        manifest(folder, files, previous)
        for files in (FILES, FILES[::-1])
        for previous in ("", "abc")
    }
    assert len(chains) == 4


def test_entries_cannot_be_left_out_or_exchanged(folder: Path) -> None:
    data = json.loads((folder / MANIFEST).read_text())
    for files in (data["files"][1:], data["files"][::-1]):
        (folder / MANIFEST).write_text(json.dumps({**data, "files": files}))
        with pytest.raises(TornManifestError, match="link in the chain"):
            check_manifest(folder)


def test_a_wholly_rewritten_manifest_does_not_fit_the_card(folder: Path) -> None:
    chain = check_manifest(folder)
    (folder / "model.onnx").write_bytes(b"another network")
    manifest(folder, FILES, previous="abc")
    check_manifest(folder)
    with pytest.raises(TornManifestError, match="another hash than the card"):
        check_manifest(folder, chain)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"previous": "", "files": [{}]}', "\xff"])
def test_a_damaged_manifest_is_refused_in_words(folder: Path, text: str) -> None:
    (folder / MANIFEST).write_text(text, encoding="latin-1")
    with pytest.raises(TornManifestError, match="cannot be read itself"):
        check_manifest(folder)


def test_a_manifest_cannot_point_outside_its_folder(folder: Path) -> None:
    text = (folder / MANIFEST).read_text().replace("io.json", "../io.json")
    (folder / MANIFEST).write_text(text)
    with pytest.raises(TornManifestError, match="outside its folder"):
        check_manifest(folder)


def test_missing_files_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="Lower the network again"):
        check_manifest(tmp_path)
    with pytest.raises(MissingFileError, match=r"golden\.npz"):
        manifest(tmp_path, FILES)
