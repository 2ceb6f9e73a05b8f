"""A configuration as plain data, and its fingerprint."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import MISSING, fields, is_dataclass
from pathlib import PurePath
from typing import Any, Final

from omegaconf import DictConfig, ListConfig, OmegaConf

from vierbein.storage.hashing import sha256_of_data

COMPONENT: Final = "_component_"
"""The key under which a component's node says which one it is: `kind/distribution/name`."""

ABSENT: Final = "???"
"""Stands where a setting has no value yet, as in any Hydra configuration."""


def plain(value: object) -> Any:
    """Give a configuration, or a part of it, as dicts, lists, text and numbers.

    Parameters
    ----------
    value
        Also a dataclass or a path; interpolations are resolved, sets sorted.

    Returns
    -------
    Any
        Dicts, lists and text; any other leaf as it is.

    Examples
    --------
    >>> plain({"sizes": (1, 2), "path": PurePath("events.root")})
    {'sizes': [1, 2], 'path': 'events.root'}
    """
    if isinstance(value, DictConfig | ListConfig):
        return OmegaConf.to_container(value, resolve=True)
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, Sequence | Set) and not isinstance(value, str | bytes):
        return list(map(plain, sorted(value) if isinstance(value, Set) else value))
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return str(value) if isinstance(value, PurePath) else value


def defaults(schema: type) -> dict[str, Any]:
    """Give a dataclass's default values as plain data, `???` where there is none."""
    return {
        field.name: plain(field.default)
        if field.default is not MISSING
        else ABSENT
        if field.default_factory is MISSING
        else plain(field.default_factory())
        for field in fields(schema)
    }


def is_component(node: object) -> bool:
    """Tell whether a part of a configuration stands for a component."""
    return isinstance(node, Mapping) and COMPONENT in node


def fingerprint(config: object) -> str:
    """Give the sha256 of a configuration's canonical JSON.

    The order of keys does not count, except for components that stand side by side
    (`compressor=[prune,quantise]`): they were chosen in an order.

    Parameters
    ----------
    config
        Whatever `plain` understands.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> fingerprint({"seed": 1, "steps": 2}) == fingerprint({"steps": 2, "seed": 1})
    True
    """
    return sha256_of_data(_ordered(plain(config)))


def _ordered(value: Any) -> Any:
    """Make the order of components that stand side by side visible to sorted JSON."""
    if isinstance(value, list):
        return list(map(_ordered, value))
    if not isinstance(value, dict):
        return value
    parts = {key: _ordered(part) for key, part in value.items()}
    beside = bool(parts) and all(map(is_component, parts.values()))
    return [list(pair) for pair in parts.items()] if beside else parts
