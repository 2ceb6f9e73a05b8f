"""A folder's manifest: its files in order, each chained to those before it."""

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from vierbein.errors.files import MissingFileError, TornManifestError
from vierbein.storage.atomic import write_json
from vierbein.storage.hashing import sha256_of, sha256_of_data

MANIFEST = "manifest.json"
_KEYS = ("name", "size", "sha256")


def manifest(folder: Path, files: Sequence[str], previous: str = "") -> str:
    """Write the manifest of files that a folder holds.

    Parameters
    ----------
    folder
        Where the files are.
    files
        Their names inside the folder, in the order in which they came to be.
    previous
        The chain that this one continues: the hash of what the files were made of.

    Returns
    -------
    str
        The chain's end, which stands for all files; keep it in a card elsewhere.

    Raises
    ------
    MissingFileError
        If one of the files is not there.
    """
    entries: list[dict[str, Any]] = []
    chain = previous
    for name in files:
        path = folder / name
        if not path.is_file():
            raise MissingFileError(str(path), "a part of the artifact", "Lower the network again.")
        entry = {"name": name, "size": path.stat().st_size, "sha256": sha256_of(path)}
        chain = _link(chain, entry)
        entries.append({**entry, "chain": chain})
    write_json(folder / MANIFEST, {"version": 1, "previous": previous, "files": entries})
    return chain


def check_manifest(folder: Path, chain: str | None = None) -> str:
    """Check every file of a folder against its manifest.

    Parameters
    ----------
    folder
        Where manifest and files are.
    chain
        The chain's end as a card holds it; without it a wholly rewritten manifest goes unnoticed.

    Returns
    -------
    str
        The chain's end.

    Raises
    ------
    MissingFileError
        If there is no manifest.
    TornManifestError
        Names the first file that does not fit.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise MissingFileError(str(path), "the manifest of an artifact", "Lower the network again.")
    try:
        data = json.loads(path.read_bytes())
        found = data["previous"]
        entries = [{key: entry[key] for key in _KEYS} for entry in data["files"]]
        links = [entry["chain"] for entry in data["files"]]
        is_inside = all(_is_inside(entry["name"]) for entry in entries)
    except (ValueError, KeyError, TypeError) as error:
        raise TornManifestError(str(path), "it cannot be read itself") from error
    if not is_inside:
        raise TornManifestError(str(path), "it names a file outside its folder")
    for link, entry in zip(links, entries, strict=True):
        found = _link(found, entry)
        if reason := _fault(folder / entry["name"], entry, is_linked=found == link):
            raise TornManifestError(str(folder / entry["name"]), reason)
    if chain is not None and found != chain:
        raise TornManifestError(str(path), "its chain ends in another hash than the card's")
    return str(found)


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    is_plain = str(path) == name and "\\" not in name and name not in ("", ".")
    return is_plain and not path.is_absolute() and ".." not in path.parts


def _link(chain: str, entry: dict[str, Any]) -> str:
    return sha256_of_data([chain, entry])


def _fault(path: Path, entry: dict[str, Any], *, is_linked: bool) -> str:
    if not path.is_file():
        return "the file is missing"
    if path.stat().st_size != entry["size"]:
        return f"{path.stat().st_size} bytes, {entry['size']} were written"
    if sha256_of(path) != entry["sha256"]:
        return "its sha256 is another"
    return "" if is_linked else "its link in the chain is another"
