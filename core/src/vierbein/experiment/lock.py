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

LOCK = "vierbein.lock"
"""The usual file."""


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
    try:
        locked = json.loads(file.read_text("utf-8"))
        names = {*locked["distributions"], *used(configuration, registry)}
        differing = differences(locked, state(names))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise NotALockError(str(file), f"{type(fault).__name__}: {fault}") from fault
    if differing:
        raise OtherEnvironmentError(str(file), differing)
