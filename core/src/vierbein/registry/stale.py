"""Find entry points that have gone stale since an editable install."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from vierbein.errors.plugins import StaleEntryPointsError
from vierbein.registry.problem import Problem
from vierbein.registry.walk import GROUP, Plugin


def editable_folder(plugin: Plugin) -> Path | None:
    """Give the folder of an editable install; None for a plugin installed otherwise."""
    from urllib.parse import unquote, urlsplit  # noqa: PLC0415 - only editable installs need it

    try:
        record = json.loads((plugin.folder / "direct_url.json").read_text("utf-8"))
        editable = record.get("dir_info", {}).get("editable")
        return Path(unquote(urlsplit(record["url"]).path)) if editable else None
    except (OSError, ValueError, KeyError, AttributeError):
        return None


def declared(folder: Path) -> set[str] | None:
    """Read our entry points from a pyproject.toml; None if there is nothing to compare."""
    import tomllib  # noqa: PLC0415 - only editable installs need it

    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8")).get("project", {})
    except (OSError, ValueError):
        return None
    if "entry-points" in project.get("dynamic", ()):
        return None
    return {
        f"{match[2]}={name} ({target})"
        for group, entries in project.get("entry-points", {}).items()
        if (match := GROUP.fullmatch(group))
        for name, target in entries.items()
    }


def stale(plugins: Iterable[Plugin]) -> Iterator[tuple[Plugin, StaleEntryPointsError]]:
    """Compare the pyproject.toml of every editable install with its installed metadata.

    Parameters
    ----------
    plugins
        What is installed.

    Yields
    ------
    tuple[Plugin, StaleEntryPointsError]
        Each plugin that must be installed again, and what has changed.
    """
    for plugin in plugins:
        folder = editable_folder(plugin)
        now = declared(folder) if folder else None
        if folder is None or now is None:
            continue
        then = {f"{e.kind}={e.name} ({e.target})" for e in plugin.entries}
        if now != then:
            added, removed = sorted(now - then), sorted(then - now)
            yield plugin, StaleEntryPointsError(plugin.name, str(folder), added, removed)


def stale_problems(plugins: Iterable[Plugin]) -> list[Problem]:
    """Tell which editable installs must be installed again."""
    return [Problem("stale", plugin.name, str(error)) for plugin, error in stale(plugins)]
