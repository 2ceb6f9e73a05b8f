"""A run's folder: one process at a time, one configuration for its life."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vierbein.errors.files import OtherConfigurationError, RunFolderInUseError
from vierbein.storage.atomic import write_json

CONFIGURATION = "configuration.json"


@contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """Hold a run folder; the kernel lets it go when the process ends, however it ends.

    Parameters
    ----------
    folder
        Made if it is not there.

    Yields
    ------
    Path
        The folder, while it is held.

    Raises
    ------
    RunFolderInUseError
        If another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise RunFolderInUseError(str(folder), f"pid {lock.read().strip() or '?'}") from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield folder


def claim(folder: Path, configuration: Mapping[str, Any]) -> None:
    """Record a run's configuration, or find that the folder's run has the same.

    Parameters
    ----------
    folder
        The run's.
    configuration
        In plain data.

    Raises
    ------
    OtherConfigurationError
        If a run with another configuration began here.
    """
    path = folder / CONFIGURATION
    if not path.exists():
        write_json(path, configuration)
        return
    if differing := differences(json.loads(path.read_text()), configuration):
        raise OtherConfigurationError(str(folder), ", ".join(sorted(differing)[:5]))


def differences(
    first: Mapping[str, Any], second: Mapping[str, Any], prefix: str = ""
) -> dict[str, tuple[Any, Any]]:
    """List where two nested settings differ, by dotted path.

    Parameters
    ----------
    first
        Nested settings.
    second
        Likewise.
    prefix
        What the paths begin with.

    Returns
    -------
    dict
        Both values by path; None for what is not there.

    Examples
    --------
    >>> differences({"a": {"b": 1}, "c": 2}, {"a": {"b": 3}, "c": 2})
    {'a.b': (1, 3)}
    """
    found: dict[str, tuple[Any, Any]] = {}
    for key in sorted({*first, *second}):
        ours, theirs = first.get(key), second.get(key)
        if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            found |= differences(ours, theirs, f"{prefix}{key}.")
        elif ours != theirs:
            found[prefix + key] = (ours, theirs)
    return found
