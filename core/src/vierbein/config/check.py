"""Hold values against the types that their owners declare."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from vierbein.config.annotation import hint, written
from vierbein.config.plain import ABSENT, COMPONENT, defaults, is_component, plain
from vierbein.errors.settings import (
    MissingValuesError,
    PlaceError,
    SettingError,
    UnknownSettingError,
    WrongChoiceError,
    WrongTypeError,
)
from vierbein.registry.component import Component
from vierbein.registry.installed import Registry
from vierbein.registry.setting import REQUIRED

LISTS: Final = (list, tuple, set, Sequence, Collection, Iterable, Any)
MAPPINGS: Final = (dict, Mapping, Any)


@dataclass(frozen=True)
class Check:
    """Turns plain data into the Python values that annotations ask for, or says what is wrong.

    Parameters
    ----------
    registry
        Knows the settings of installed components.
    missing
        What has been found without a value: path -> type and meaning.
    """

    registry: Registry
    missing: dict[str, str] = field(default_factory=dict)

    def complete(self) -> None:
        """Raise a MissingValuesError that names everything without a value, if there is any."""
        if self.missing:
            raise MissingValuesError(self.missing)

    def owner(self, node: Mapping[str, Any]) -> Component:
        """Find the installed component that a node stands for."""
        kind, _, name = str(node[COMPONENT]).partition("/")
        return self.registry.find(kind, name)

    def component(self, node: Mapping[str, Any], path: str) -> dict[str, Any]:
        """Check a component's settings, which stand at `path`; those left out get their defaults.

        The default itself is always good: `size: int = None` allows None.
        """
        owner = self.owner(node)
        settings = {setting.name: setting for setting in self.registry.settings(owner)}
        for name in node.keys() - settings.keys() - {COMPONENT}:
            who = f"{owner.kind} {owner.name} of {owner.distribution}"
            raise UnknownSettingError(f"{path}.{name}", who, settings)
        result: dict[str, Any] = {COMPONENT: f"{owner.kind}/{owner.qualified}"}
        for name, setting in settings.items():
            default = ABSENT if setting.default is REQUIRED else plain(setting.default)
            given, place = node.get(name, default), join(path, name)
            if given == ABSENT:
                self.missing[place] = f"{setting.annotation}  {setting.meaning}".strip()
            try:
                result[name] = self.value(given, hint(setting.annotation, setting.choices), place)
            except SettingError:
                if given != default:
                    raise
                result[name] = given
        return result

    def fields(self, node: Mapping[str, Any], schema: type, path: str) -> dict[str, Any]:
        """Check a dataclass's fields, which stand at `path`; those left out get their defaults."""
        names, hints = [each.name for each in fields(schema)], get_type_hints(schema)
        for name in node.keys() - set(names):
            raise UnknownSettingError(join(path, name), path, names)
        given = {**defaults(schema), **node}
        for name, value in node.items():  # Any marks a place for a component
            if hints[name] is Any and value not in (None, ABSENT) and not is_component(value):
                place = join(path, name)
                cure = f"KIND@{place}=NAME  to choose one"
                raise PlaceError(place, f"It was set to {value!r}"[:200], cure)
        return {name: self.value(given[name], hints[name], join(path, name)) for name in names}

    def value(self, value: Any, declared: Any, path: str) -> Any:
        """Check one value against one type.

        Parameters
        ----------
        value
            Plain data.
        declared
            The type that its owner declares.
        path
            Where it stands.

        Returns
        -------
        Any
            The value as the type asks for it: a float for 1, a Path for text.

        Raises
        ------
        SettingError
            If it is not of the type, is none of a Literal's choices, or has an unknown part.
        """
        origin = get_origin(declared) or declared
        if value == ABSENT:
            self.missing.setdefault(path, written(declared))
            return value
        if origin in (Union, UnionType):
            return self._either(value, get_args(declared), path)
        if isinstance(value, list) and origin in LISTS:
            return self._several(value, declared, path)
        if isinstance(value, Mapping) and (origin in MAPPINGS or is_dataclass(origin)):
            return self._mapping(value, declared, path)
        return _scalar(value, declared, path)

    def _either(self, value: Any, declared: Sequence[Any], path: str) -> Any:
        if value is None and NoneType in declared:
            return None
        real = [each for each in declared if each is not NoneType]
        if len(real) == 1:
            return self.value(value, real[0], path)
        for each in sorted(real, key=lambda each: each is not type(value)):
            try:
                return self.value(value, each, path)
            except SettingError:
                continue
        raise WrongTypeError(path, value, " | ".join(map(written, declared)))

    def _several(self, value: list[Any], declared: Any, path: str) -> Any:
        origin, parts = get_origin(declared) or declared, get_args(declared)
        fixed = origin is tuple and bool(parts) and parts[-1] is not ...
        if fixed and len(parts) != len(value):
            raise WrongTypeError(path, value, f"{len(parts)} values, {written(declared)}")
        each = parts if fixed else (parts[:1] or (Any,)) * len(value)
        checked = [
            self.value(part, one, f"{path}[{place}]")
            for place, (part, one) in enumerate(zip(value, each, strict=True))
        ]
        return origin(checked) if origin in (tuple, set) else checked

    def _mapping(self, value: Mapping[str, Any], declared: Any, path: str) -> dict[Any, Any]:
        if is_dataclass(declared) and isinstance(declared, type):
            return self.fields(value, declared, path)
        if is_component(value):
            return self.component(value, path)
        keys, parts = get_args(declared) or (Any, Any)
        return {
            self.value(key, keys, path): self.value(part, parts, join(path, str(key)))
            for key, part in value.items()
        }


def join(path: str, name: str) -> str:
    """Give the path of something inside another; the root's is empty."""
    return f"{path}.{name}" if path else name


def _scalar(value: Any, declared: Any, path: str) -> Any:
    if get_origin(declared) is Literal:
        choices = get_args(declared)
        if not any(value == each and type(value) is type(each) for each in choices):
            raise WrongChoiceError(path, value, choices)
        return value
    if isinstance(value, float) and not math.isfinite(value):  # JSON has no such number
        raise WrongTypeError(path, value, f"{written(declared)}, and finite")
    if declared is Any or type(value) is declared or (value is None and declared is None):
        return value
    if type(value) is int and declared in (float, str):  # text may look like a number in YAML
        return declared(value)
    if declared is Path and isinstance(value, str):
        return Path(value)
    raise WrongTypeError(path, value, written(declared))
