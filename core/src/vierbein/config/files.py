"""Read a configuration file: plain YAML, checked before Hydra sees it."""

import re
from pathlib import Path
from typing import Final

from vierbein.config.document import Document, parse
from vierbein.config.foreign import entries, refuse_file
from vierbein.errors.settings import BadFileError, ForeignFileError

NAME: Final = re.compile(r"[\w .@+=,()'-]+")
"""A step of a group's or a file's name; without `:`, so that there is no scheme."""

LONGEST_NAME: Final = 255


def read(file: Path) -> Document:
    """Read a file that Hydra shall compose from.

    Parameters
    ----------
    file
        By anybody.

    Returns
    -------
    Document
        Plain data; references are left as they stand.

    Raises
    ------
    BadFileError
        If it is no YAML mapping, or its defaults are no defaults list.
    ReservedKeyError, HydraKeyError, ForeignReferenceError
        If it sets what no configuration may set.
    ForeignFileError
        If its defaults name a file outside the folders of configurations.
    """
    document = parse(file)
    listed = document.content.get("defaults", [])
    if not isinstance(listed, list) or not all(map(_is_entry, listed)):
        expected = "a list of  - NAME  or  - [override] /GROUP[@PLACE]: NAME or [NAME, ...]"
        raise BadFileError(
            document.where("defaults"), "its defaults are no defaults list", expected
        )
    refuse_file(document)
    for number, key, names in entries(document.content):
        for name in (key.removeprefix("/"), *_as_list(names)):
            if not _is_inside(name):
                raise ForeignFileError(document.where(f"defaults.{number}"), name)
    return document


def _is_entry(entry: object) -> bool:
    """Tell whether Hydra can read an entry of a defaults list."""
    if not isinstance(entry, dict):
        return isinstance(entry, str)
    names = [name for value in entry.values() for name in _as_list(value)]
    return len(entry) == 1 and all(isinstance(text, str) for text in (*entry, *names))


def _is_inside(name: str) -> bool:
    """Tell whether a name stays where configurations are looked for."""
    steps = name.split("/")
    is_plain = all(NAME.fullmatch(step) and step != ".." for step in steps)
    return is_plain and len(name) <= LONGEST_NAME


def _as_list(value: object) -> list[str]:
    return value if isinstance(value, list) else [] if value is None else [str(value)]
