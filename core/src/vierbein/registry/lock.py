"""What a lock holds: distributions, their versions, and a hash of their code."""

import hashlib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any

from vierbein.provenance import versions
from vierbein.registry.locate import package_folders, source_file

ENTRY_POINTS = "entry_points.txt"
_NOT_CODE = (".pth", ".pyc")


def state(names: Iterable[str]) -> dict[str, Any]:
    """Say what is installed, so that two environments can be compared.

    Parameters
    ----------
    names
        Distributions; vierbein itself is always among them.

    Returns
    -------
    dict[str, Any]
        ``distributions``: version and sha256 by name; ``versions``: of Python and of the libraries
        that decide figures. What is not installed has None.
    """
    kept = {name: number for name, number in versions().items() if name != "vierbein"}
    return {
        "distributions": {name: _state(name) for name in sorted({"vierbein", *names})},
        "versions": kept,
    }


def _state(name: str) -> dict[str, str] | None:
    try:
        return {"version": version(name), "sha256": fingerprint(name)}
    except PackageNotFoundError:
        return None


def fingerprint(name: str) -> str:
    """Hash a distribution's code: one line a file, as RECORD writes it, sorted.

    The files are those of its RECORD; of an editable install, whose RECORD names none, those of the
    packages that its entry points name. Each is read, so that one which was edited after it was
    installed is noticed. What an installer adds (scripts, bytecode, where the wheel came from) does
    not count: a wheel and an editable install of the same source have one hash.
    """
    found = distribution(name)
    files = {str(file): Path(str(file.locate())) for file in found.files or () if _is_code(file)}
    entries = {entry.module.partition(".")[0] for entry in found.entry_points}
    files = files or _files_of(sorted(entries))
    lines = [f"{file},{_sha256(path.read_bytes())}" for file, path in files.items()]
    lines.append(f"{ENTRY_POINTS},{_sha256((found.read_text(ENTRY_POINTS) or '').encode())}")
    return _sha256("\n".join(sorted(lines)).encode())


def _is_code(file: Any) -> bool:
    top = file.parts[0]
    is_ours = not top.endswith((".dist-info", ".egg-info")) and not top.startswith("__editable__")
    return is_ours and top != ".." and _is_source(Path(file)) and Path(file.locate()).is_file()


def _is_source(path: Path) -> bool:
    return path.suffix not in _NOT_CODE and "__pycache__" not in path.parts


def _files_of(packages: Iterable[str]) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for package in packages:
        folders = package_folders(package)
        for folder in folders:
            inside = (path for path in folder.rglob("*") if path.is_file() and _is_source(path))
            files |= {path.relative_to(folder.parent).as_posix(): path for path in inside}
        if not folders and (single := source_file(package)):
            files[single.name] = single
    return files


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def differences(locked: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Say in words how an environment differs from a locked one.

    Parameters
    ----------
    locked
        What a lock holds.
    now
        What is installed, as `state` gives it.

    Returns
    -------
    list[str]
        One line each; empty if nothing differs.
    """
    before, after = locked["distributions"], now["distributions"]
    lines = []
    for name in sorted({*before, *after}):
        old, new = (part.get(name) or {"version": "none"} for part in (before, after))
        if name not in before:
            lines.append(f"{name}: {new['version']} is used, and is not in the lock")
        elif old["version"] != new["version"]:
            lines.append(_versions(name, old["version"], new["version"]))
        elif old != new:
            lines.append(f"{name}: {new['version']} is installed with other files")
    pairs = {name: (locked["versions"].get(name), new) for name, new in now["versions"].items()}
    return lines + [_versions(name, *pair) for name, pair in pairs.items() if len({*pair}) > 1]


def _versions(name: str, locked: str | None, now: str) -> str:
    return f"{name}: {locked or 'none'} is locked, {now} is installed"
