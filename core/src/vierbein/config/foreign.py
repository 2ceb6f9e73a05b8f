"""Refuse what a configuration from somewhere else must not set: code to run, and Hydra itself."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from vierbein.errors.settings import HydraKeyError, ReservedKeyError

RESERVED: Final = re.compile(r"_\w*_")
"""`_target_`, `_partial_`, `_component_` and whatever else of that form a later Hydra reads."""

PACKAGES: Final = ("_global_", "_group_", "_here_", "_self_")
"""Hydra's own words in defaults lists."""

HARMLESS: Final = (["run"], ["sweep"], ["job"], ["mode"], ["verbose"], ["sweeper"], ["launcher"])
"""Hydra's own settings that may stand in a file; vierbein reads none of them."""


def paths(value: object, path: str = "") -> Iterator[str]:
    """Walk all keys of nested data, dotted."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            here = f"{path}.{key}" if path else str(key)
            yield here
            yield from paths(part, here)
    elif isinstance(value, list):
        for part in value:
            yield from paths(part, path)


def refuse(where: str, key: str, value: object) -> None:
    """Look at one setting, or one entry of a defaults list, and all that it holds.

    Parameters
    ----------
    where
        The file, or the override, to name in the error.
    key
        A dotted key; or a group with its package, as in `/adapter@also.calo.adapter`.
    value
        What it is set to.

    Raises
    ------
    ReservedKeyError
        If a key of the form `_name_` is set anywhere.
    HydraKeyError
        If Hydra's settings are touched, apart from the harmless ones.
    """
    group, _, package = key.lstrip("/").partition("@")
    for path in (package, *paths({group: value})):
        words = [word for word in re.split("[./:]", path) if word not in PACKAGES]
        if any(RESERVED.fullmatch(word) for word in words):
            raise ReservedKeyError(where, path)
        whole = path is package or len(words) > 1
        if words[:1] == ["hydra"] and whole and words[1:2] not in HARMLESS:
            raise HydraKeyError(where, path, [word for [word] in HARMLESS])


def refuse_file(where: str, package: str, content: Mapping[str, Any]) -> None:
    """Look at a whole configuration file.

    Parameters
    ----------
    where
        The file.
    package
        Its `# @package` header, or nothing.
    content
        What it holds.

    Raises
    ------
    ReservedKeyError, HydraKeyError
        As `refuse`.
    """
    refuse(where, f"@{package}", None)
    for entry in content.get("defaults") or ():
        for key, value in entry.items() if isinstance(entry, Mapping) else [(entry, None)]:
            refuse(where, str(key).rpartition(" ")[2], value)
    for key, value in content.items():
        if key != "defaults":
            refuse(where, str(key), value)
