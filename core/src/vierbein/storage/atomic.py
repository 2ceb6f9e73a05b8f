"""Files of ours, written atomically: a reader sees the old one or the new, never a part."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PART = ".part"
"""Ends the names of what is not finished."""


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole: temporary file beside it, flushed to disk, renamed over the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_PART)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def write_json(path: Path, data: Any) -> None:
    """Write plain data as JSON with sorted keys, so that equal data are equal bytes."""
    text = json.dumps(data, indent=1, sort_keys=True, allow_nan=False)
    write_bytes(path, (text + "\n").encode())


def read_json(path: Path) -> Any:
    """Read what `write_json` wrote."""
    return json.loads(path.read_text())


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Fill a temporary folder that becomes `path` when all went well, and vanishes otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    around = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=_PART))
    try:
        (around / "new").mkdir()
        (around / "new").chmod(0o755)
        yield around / "new"
        if path.exists():  # moved whole: deleted where it stands, it would be a part for a while
            path.replace(around / "old")
        (around / "new").replace(path)
    finally:
        shutil.rmtree(around, ignore_errors=True)
    _sync_folder(path.parent)


def sweep(folder: Path) -> None:
    """Delete what killed processes left unfinished below a folder that nobody else uses."""
    for path in list(folder.rglob(f".*{_PART}")):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
