"""Check a whole configuration: every kind of component, and the root's own settings."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from vierbein.config.check import Check, join
from vierbein.config.plain import is_component
from vierbein.errors.settings import (
    NothingChosenError,
    UnchosenError,
    UnknownSettingError,
    WrongTypeError,
)
from vierbein.registry.component import Component
from vierbein.registry.installed import Registry
from vierbein.registry.kinds import MULTI


def checked(content: Mapping[str, Any], schema: type, registry: Registry) -> dict[str, Any]:
    """Check a configuration that has been composed, or stored by a run.

    Parameters
    ----------
    content
        Plain data, references filled in.
    schema
        The dataclass of the root's settings.
    registry
        What is installed.

    Returns
    -------
    dict[str, Any]
        Python values; every field and every kind is there.

    Raises
    ------
    VierbeinError
        If a component is not installed, or a setting is unknown, missing or of the wrong type.
    """
    check, kinds = Check(registry), registry.kinds()
    names = {each.name for each in fields(schema)}.union(kinds)
    for name in content.keys() - names:
        raise UnknownSettingError(name, "", names)
    rest = {name: value for name, value in content.items() if name not in kinds}
    result = check.fields(rest, schema, "")
    for kind in kinds:
        result[kind] = _chosen(check, kind, content.get(kind))
    check.complete()
    return result


def _chosen(check: Check, kind: str, node: Any) -> dict[str, Any] | None:
    names = check.registry.names(kind)
    if kind not in MULTI:
        if node is not None and not is_component(node):
            raise NothingChosenError(kind, names)
        return node and check.component(node, kind)
    parts = node or {}
    if not isinstance(parts, Mapping):
        raise WrongTypeError(kind, node, f"settings by name: {kind}.NAME.SETTING")
    chosen = [name for name, part in parts.items() if is_component(part)]
    for name in parts.keys() - set(chosen):
        raise UnchosenError(join(kind, name), chosen, names)
    return {name: check.component(part, join(kind, name)) for name, part in parts.items()}


def components(content: Mapping[str, Any], registry: Registry) -> dict[str, Component]:
    """Find every component that a configuration uses: where it stands -> which one it is."""
    found: dict[str, Component] = {}

    def walk(node: Any, path: str) -> None:
        if is_component(node):
            found[path] = Check(registry).owner(node)
        if isinstance(node, Mapping):
            for name, part in node.items():
                walk(part, join(path, str(name)))

    walk(content, "")
    return found
