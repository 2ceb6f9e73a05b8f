"""Who has chosen what: the command line decides first, then files from the outside in."""

from collections.abc import Mapping
from typing import Any

from vierbein.config.library import Library, word
from vierbein.config.sets import as_list, unfolded
from vierbein.config.unfold import target
from vierbein.errors.settings import PlaceError
from vierbein.registry.kinds import MULTI

Names = str | list[str] | None


def choose(library: Library, group: str, package: str | None, names: Names) -> str | None:
    """Record a choice.

    Parameters
    ----------
    library
        Remembers it, unless another choice has been made for the place before.
    group
        What is chosen from.
    package
        Where it shall stand, if not in the group's own place.
    names
        What is chosen; none or an empty list for nothing. A set counts as its members.

    Returns
    -------
    str | None
        The place, if another choice stands there; None if this one counts.

    Raises
    ------
    PlaceError
        If two components would stand in one place.
    """
    place = (package or "").removeprefix("_global_.") or group
    written = as_list(names)
    listed = unfolded(library, group, written).members
    words = [word(name) for name in (listed if len(set(written)) == len(written) else written)]
    twice = [name for name in words if place not in MULTI or words.count(name) > 1]
    if len(twice) > 1:
        where = f"{place}.{twice[0]}" if place in MULTI else place
        cure = f"{f'{group}@{package}' if package else group}={listed[0]}"
        found = f"Several are chosen for it: {', '.join(listed if len(listed) > 1 else written)}"
        raise PlaceError(where, found, cure)
    return None if library.chosen.setdefault(place, listed) == listed else place


def without_leftovers(content: dict[str, Any], library: Library) -> dict[str, Any]:
    """Record a file's choices, and leave out what it sets for those that do not count.

    `experiment=x backbone=other` must not hand `other` the settings that x wrote for the backbone
    of its own choice. Side-by-side kinds need no such care: `tuner.lora` is for lora alone.
    """
    for entry in content.get("defaults", []):
        for key, names in entry.items() if isinstance(entry, dict) else ():
            group, package = target(key)
            if group in library.groups:
                place = choose(library, group, package, names)
                if place and place not in MULTI:
                    content = _without(content, place.split("."))
    return content


def with_members(content: dict[str, Any], library: Library) -> dict[str, Any]:
    """Put members in the place of the sets that a file's defaults list chooses."""
    entries = [
        {key: _opened(library, key, names) for key, names in entry.items()}
        if isinstance(entry, dict)
        else entry
        for entry in content.get("defaults", ())
    ]
    return {**content, "defaults": entries} if entries else content


def _opened(library: Library, key: str, names: Names) -> Names:
    group, package = target(key)
    found = unfolded(library, group, as_list(names) if not package else ())
    return found.names if found.sets else names


def _without(content: dict[str, Any], path: list[str]) -> dict[str, Any]:
    first, *rest = path
    inner = content.get(first)
    if rest and isinstance(inner, dict):
        return {**content, first: _without(inner, rest)}
    return {key: value for key, value in content.items() if rest or key != first}


def places(chosen: Mapping[str, list[str]]) -> dict[str, str]:
    """Give the place of each thing that is chosen: `tuner.lora` -> lora."""
    return {
        f"{place}.{word(name)}" if place in MULTI else place: name
        for place, names in chosen.items()
        for name in names
    }
