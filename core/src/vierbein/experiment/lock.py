"""Locks: a run is refused in another environment than the one that was written down."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vierbein.config.configuration import components
from vierbein.errors.plugins import NotALockError, OtherEnvironmentError
from vierbein.registry.installed import Registry
from vierbein.registry.lock import differences, state
from vierbein.storage.atomic import write_json

_PARTS = ("distributions", "versions")


def used(configuration: Mapping[str, Any], registry: Registry) -> set[str]:
    """Name the distributions whose code or files a run uses, besides vierbein itself."""
    chosen = {c.distribution for c in components(configuration, registry).values()}
    package, colon, _ = (configuration.get("base") or "").partition(":")
    of_base = {c.distribution for c in registry.components if colon and c.package == package}
    return chosen | of_base | set(configuration.get("hooks", ()))


def write_lock(file: Path, distributions: set[str]) -> dict[str, Any]:
    """Write down what is installed of some distributions; gives what was written."""
    lock = {"lock": 1, **state(distributions)}
    write_json(file, lock)
    return lock


def require(file: Path, configuration: Mapping[str, Any], registry: Registry) -> None:
    """Refuse a run in another environment than the locked one.

    Parameters
    ----------
    file
        What `write_lock` wrote.
    configuration
        Of the run.
    registry
        What is installed.

    Raises
    ------
    NotALockError
        If the file is not there or holds something else.
    OtherEnvironmentError
        If what is installed, or what the run uses, is not what was locked.
    """
    locked = _read(file)
    names = {*locked["distributions"], *used(configuration, registry)}
    if differing := differences(locked, state(names)):
        raise OtherEnvironmentError(str(file), differing)


def _read(file: Path) -> dict[str, Any]:
    try:
        lock = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise NotALockError(str(file), f"{type(fault).__name__}: {fault}") from fault
    parts = [lock.get(key) if isinstance(lock, dict) else None for key in _PARTS]
    held = [part.values() if isinstance(part, dict) else [None] for part in parts]
    is_lock = all(isinstance(d, dict) and isinstance(d.get("version"), str) for d in held[0])
    if not is_lock or not all(isinstance(version, str) for version in held[1]):
        raise NotALockError(str(file), f"It does not hold {' and '.join(_PARTS)}.")
    return {key: lock[key] for key in _PARTS}
