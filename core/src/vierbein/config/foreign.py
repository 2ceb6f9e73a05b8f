"""Refuse what a configuration from somewhere else must not set: code to run, and Hydra itself."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from vierbein.config.document import Document
from vierbein.config.references import foreign
from vierbein.errors.settings import ForeignReferenceError, HydraKeyError, ReservedKeyError

RESERVED: Final = re.compile(r"_\w*_")
"""`_target_`, `_partial_`, `_component_` and whatever else of that form a later Hydra reads."""

PACKAGES: Final = ("_global_", "_group_", "_here_", "_self_")
"""Hydra's own words in defaults lists."""

WORDS: Final = re.compile(r"^(?:(?:override|optional)\s+)+")

Where = Callable[[str], str]
"""A dotted path -> where it is set: a file and line, or an override."""


def always(place: str) -> Where:
    """Name one place, whatever the path."""
    return lambda _: place


def paths(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Walk all parts of nested data: dotted path, with places in lists, and what stands there."""
    if path:
        yield path, value
    parts = value.items() if isinstance(value, Mapping) else ()
    for key, part in enumerate(value) if isinstance(value, list) else parts:
        yield from paths(part, f"{path}.{key}" if path else str(key))


def refuse(where: Where, key: str, value: object) -> None:
    """Look at one setting, or one entry of a defaults list, and all that it holds.

    Parameters
    ----------
    where
        Names the file, or the override, in the error.
    key
        A dotted key; or a group with its package, as in `/adapter@also.calo.adapter`.
    value
        What it is set to.

    Raises
    ------
    ReservedKeyError
        If a key of the form `_name_` is set anywhere.
    HydraKeyError
        If Hydra's settings are touched.
    ForeignReferenceError
        If there is a `${...}` that is no plain reference.
    """
    group, _, package = key.lstrip("/").partition("@")
    for path, part in ((package, None), *paths({group: value})):
        words = [word for word in re.split("[./:]", path) if word not in PACKAGES]
        if any(RESERVED.fullmatch(word) for word in words):
            raise ReservedKeyError(where(path), path)
        if words[:1] == ["hydra"]:
            raise HydraKeyError(where(path), path)
        if found := (("${" in path and path) or foreign(part)):
            raise ForeignReferenceError(where(path), found)


def refuse_file(document: Document) -> None:
    """Look at a whole configuration file.

    Parameters
    ----------
    document
        The file, with its lines' places.

    Raises
    ------
    ReservedKeyError, HydraKeyError, ForeignReferenceError
        As `refuse`.
    """
    refuse(document.where, f"@{document.package or ''}", None)
    for number, key, names in entries(document.content):
        where = document.where(f"defaults.{number}")
        refuse(always(where), key, names)
    for key, value in document.content.items():
        if key != "defaults":
            refuse(document.where, key, value)


def entries(content: Mapping[str, Any]) -> Iterator[tuple[int, str, Any]]:
    """Walk a defaults list: place in it, group or file without `override`, names chosen."""
    for number, entry in enumerate(content.get("defaults") or ()):
        for key, names in entry.items() if isinstance(entry, Mapping) else [(entry, None)]:
            yield number, WORDS.sub("", key), names
