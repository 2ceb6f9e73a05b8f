"""Walk the installed distributions and read what plugins declare, importing none of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distributions
from typing import Final

from vierbein.errors.plugins import DamagedMetadataError
from vierbein.registry.component import canonical
from vierbein.registry.requirement import Requirement, parse

GROUP: Final = re.compile(r"vierbein\.v(\d+)\.([a-z_][a-z0-9_]*)")
TARGET: Final = re.compile(r"[A-Za-z_][\w.]*(:[A-Za-z_][\w.]*)?")


@dataclass(frozen=True)
class Entry:
    """One line of a plugin's entry points: API version, kind, name and target."""

    api: int
    kind: str
    name: str
    target: str


@dataclass
class Plugin:
    """An installed distribution that declares entry points of ours.

    Parameters
    ----------
    name
        The distribution's name, as it writes it.
    version
        Its version.
    metadata
        The way to its other files.
    entries
        What it declares, in the file's order.
    requirements
        Its `Requires-Dist` lines.
    """

    name: str
    version: str
    metadata: Distribution
    entries: list[Entry] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def walk(path: Sequence[str] | None = None) -> Iterator[Plugin | DamagedMetadataError]:
    """Find every plugin once; damaged ones are told and shadow nothing.

    Parameters
    ----------
    path
        Folders to look in; the import path if None.

    Yields
    ------
    Plugin | DamagedMetadataError
        A plugin, or what is wrong with one.
    """
    seen = set()
    for found in distributions() if path is None else distributions(path=list(path)):
        try:
            text = found.read_text("entry_points.txt") or ""
            if "vierbein.v" not in text:
                continue
            plugin = _read(found, text)
        except (OSError, ValueError) as fault:
            yield _damaged(found, str(fault))
            continue
        if canonical(plugin.name) not in seen:
            seen.add(canonical(plugin.name))
            yield plugin


def _read(found: Distribution, text: str) -> Plugin:
    entries = list(parse_entries(text))
    header = (found.read_text("METADATA") or found.read_text("PKG-INFO") or "").split("\n\n")[0]
    lines = [line.partition(": ") for line in header.splitlines()]
    fields = {key: value.strip() for key, _, value in reversed(lines)}
    if not fields.get("Name") or not fields.get("Version"):
        packages = sorted({entry.target.partition(":")[0].partition(".")[0] for entry in entries})
        message = f"METADATA is missing or names no version (it offers {', '.join(packages)})"
        raise ValueError(message)
    requirements = [parse(value) for key, _, value in lines if key == "Requires-Dist"]
    return Plugin(fields["Name"], fields["Version"], found, entries, requirements)


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
        If a line of ours is not `name = package.module:Class`.
    """
    group = None
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        if line.startswith("["):
            group = GROUP.fullmatch(line.strip("[] "))
        elif line and group:
            name, _, value = (part.strip() for part in line.partition("="))
            target = re.sub(r"\s*\[.*\]$|\s", "", value)
            if not name or not TARGET.fullmatch(target):
                message = f"this line of entry_points.txt cannot be read: {line}"
                raise ValueError(message)
            yield Entry(int(group[1]), group[2], name, target)


def _damaged(found: Distribution, reason: str) -> DamagedMetadataError:
    try:
        name = found.metadata["Name"] or "a plugin"
    except (OSError, ValueError, KeyError, TypeError):
        name = "a plugin"
    return DamagedMetadataError(name, str(found.locate_file("")), reason)
