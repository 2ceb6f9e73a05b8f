"""Settings that a file wrote for components which the command has replaced."""

from typing import Any

from vierbein.config.library import Library
from vierbein.registry.kinds import MULTI


def without_leftovers(content: dict[str, Any], library: Library) -> dict[str, Any]:
    """Leave out what a file sets for components that are not chosen in the end.

    `experiment=x backbone=other` must not hand `other` the settings that x wrote for the backbone
    of its own choice. Kinds that stand side by side are simpler: `tuner.lora` is for lora alone.
    """
    for entry in content.get("defaults", []):
        for key, name in entry.items() if isinstance(entry, dict) else ():
            group, _, place = key.rpartition(" ")[2].lstrip("/").partition("@")
            place = place.removeprefix("_global_.") or group
            if group in library.groups and place not in MULTI and library.places.get(place) != name:
                content = _without(content, place.split("."))
    for kind in MULTI:
        for name in content.get(kind) or ():
            if f"{kind}.{name}" not in library.places and name in library.names(kind):
                content = _without(content, [kind, name])
    return content


def _without(content: dict[str, Any], path: list[str]) -> dict[str, Any]:
    first, *rest = path
    inner = content.get(first)
    if rest and isinstance(inner, dict):
        return {**content, first: _without(inner, rest)}
    return {key: value for key, value in content.items() if rest or key != first}
