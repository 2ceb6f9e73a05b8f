"""Walk the installed distributions and read what plugins declare, importing none of them.

Folders are read as the packaging standard lays them out; `importlib.metadata` does the same and
alone costs five times the start of Python. What is inside a zip file is not found.

References
----------
.. [1] Recording installed projects, packaging.python.org/specifications.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from vierbein.errors.plugins import DamagedMetadataError, MalformedEntryPointsError
from vierbein.registry.component import canonical
from vierbein.registry.kinds import API
from vierbein.registry.problem import Problem
from vierbein.registry.requirement import Requirement, parse

GROUP: Final = re.compile(r"vierbein\.v(\d+)\.([a-z_][a-z0-9_]*)")
TARGET: Final = re.compile(r"[A-Za-z_][\w.]*(:[A-Za-z_][\w.]*)?")
RECORDS: Final = {".dist-info": "METADATA", ".egg-info": "PKG-INFO"}
"""Ending of a metadata folder -> the file without which it is the rest of something removed."""


class Entry(NamedTuple):
    """One line of a plugin's entry points.

    Attributes
    ----------
    api
        The plugin API that it is written for.
    kind
        What it offers.
    name
        The word that chooses it.
    target
        `package.module:Class`, or a module.
    """

    api: int
    kind: str
    name: str
    target: str


class Plugin(NamedTuple):
    """An installed distribution that declares entry points of ours.

    Attributes
    ----------
    name
        The distribution's name, as it writes it.
    version
        Its version.
    folder
        The folder of its metadata.
    entries
        What it declares, in the file's order.
    requirements
        Its `Requires-Dist` lines.
    """

    name: str
    version: str
    folder: Path
    entries: tuple[Entry, ...]
    requirements: tuple[Requirement, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def walk(path: Sequence[str] | None = None) -> Iterator[Plugin | Problem]:
    """Find every plugin once; one that is damaged is told and shadows nothing.

    Parameters
    ----------
    path
        Folders to look in; the import path if None.

    Yields
    ------
    Plugin | Problem
        A plugin, or what is wrong with one.
    """
    seen = set()
    for folder, record in _metadata_folders(sys.path if path is None else path):
        name = canonical(folder.stem.partition("-")[0])
        if name in seen:
            continue
        try:
            text = _read(folder / "entry_points.txt")
            is_plugin = "[vierbein." in text
            if (folder / record).exists():
                seen.add(name)
            elif is_plugin or name.startswith("vierbein"):
                yield _damaged(name, folder, f"there is no {record}")
                continue
            if is_plugin:
                yield _plugin(folder, text, _read(folder / record))
        except OSError as fault:
            yield _damaged(name, folder, str(fault))
        except KeyError as field:
            seen.remove(name)
            yield _damaged(name, folder, f"{record} gives no {field}")
        except ValueError as fault:
            file = str(folder / "entry_points.txt")
            error = MalformedEntryPointsError(name, file, str(fault))
            yield Problem("malformed", name, str(error))


def _damaged(name: str, folder: Path, reason: str) -> Problem:
    return Problem("damaged", name, str(DamagedMetadataError(name, str(folder), reason)))


def _metadata_folders(path: Sequence[str]) -> Iterator[tuple[Path, str]]:
    for entry in dict.fromkeys(path):
        try:
            found = [file for file in Path(entry).iterdir() if file.name.endswith((*RECORDS,))]
        except OSError:
            continue
        for folder in sorted(found):
            yield folder, RECORDS[folder.suffix]


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _plugin(folder: Path, text: str, metadata: str) -> Plugin:
    lines = [line.partition(":") for line in metadata.partition("\n\n")[0].splitlines()]
    fields = {key: value.strip() for key, _, value in reversed(lines)}
    needs = (parse(value) for key, _, value in lines if key == "Requires-Dist")
    entries = tuple(parse_entries(text))
    return Plugin(fields["Name"], fields["Version"], folder, entries, tuple(needs))


def parse_entries(text: str) -> Iterator[Entry]:
    """Read the entry points of our groups from an `entry_points.txt`.

    Parameters
    ----------
    text
        The file's contents.

    Yields
    ------
    Entry
        One for each line of our groups.

    Raises
    ------
    ValueError
        If a group of ours is not `vierbein.v<API>.<kind>`, or a line in one is not
        `name = package.module:Class`.
    """
    group = None
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        if line.startswith("["):
            group = GROUP.fullmatch(line.strip("[] "))
            if group is None and line.startswith("[vierbein."):
                message = f"the group {line} is not [vierbein.v{API}.<kind>]"
                raise ValueError(message)
        elif line and group:
            name, _, value = (part.strip() for part in line.partition("="))
            target = re.sub(r"\s*\[.*\]$|\s", "", value)
            if not name or not TARGET.fullmatch(target):
                message = f"{line!r} is not of the form name = package.module:Class"
                raise ValueError(message)
            yield Entry(int(group[1]), group[2], name, target)
