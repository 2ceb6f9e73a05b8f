"""Check plugins for real: import every component and compare it with what was read before."""

import ast
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from vierbein.errors.base import VierbeinError, did_you_mean
from vierbein.errors.plugins import SettingMismatchError, UnusableClassError
from vierbein.registry import annotation as annotations
from vierbein.registry.component import Component
from vierbein.registry.installed import Registry
from vierbein.registry.kinds import API, KINDS, SPECIAL
from vierbein.registry.problem import Problem
from vierbein.registry.setting import Setting


def check_component(registry: Registry, component: Component) -> list[Problem]:
    """Import a component and look whether a run could use it.

    Parameters
    ----------
    registry
        What is installed.
    component
        What to import.

    Returns
    -------
    list[Problem]
        What is wrong with it; empty if nothing is.
    """
    try:
        faults = list(_faults(registry, component))
    except VierbeinError as error:
        faults = [error]
    words = {SettingMismatchError: "settings", UnusableClassError: "class"}
    return [
        Problem(words.get(type(fault), "broken"), component.distribution, str(fault))
        for fault in faults
    ]


def _faults(registry: Registry, component: Component) -> Iterator[VierbeinError]:
    c = component
    plugin = f"{c.distribution} {c.version}"
    loaded = registry.load(component)
    known = (*KINDS, *SPECIAL)
    if c.kind not in known and (hint := did_you_mean(c.kind, known)):
        reason = f"Nothing uses the kind {c.kind!r}.{hint}"
        cure = f"Its author mends the entry point's group: vierbein.v{API}.<kind>."
        yield UnusableClassError(c.kind, c.name, plugin, reason, cure)
    if c.kind == "command" and (reason := _no_command(loaded, c.name)):
        cure = "Its author writes add(subparsers), and run(arguments) -> int."
        yield UnusableClassError(c.kind, c.name, plugin, reason, cure)
    if c.kind in SPECIAL:
        return
    if abstract := sorted(getattr(loaded, "__abstractmethods__", ())):
        reason = f"Its class lacks {', '.join(abstract)}."
        cure = f"Its author writes what the interface of a {c.kind} asks for."
        yield UnusableClassError(c.kind, c.name, plugin, reason, cure)
    read, imported = registry.settings(component), registry.imported_settings(component)
    if differences := _differences(read, imported):
        yield SettingMismatchError(c.kind, c.name, plugin, differences)
    for setting in imported:
        if reason := _untyped(setting):
            cure = (
                "Its author gives it a type that a configuration can hold: "
                "int, float, bool, str, Literal[...], lists and dicts of them, or None."
            )
            yield UnusableClassError(c.kind, c.name, plugin, reason, cure)


def _differences(read: tuple[Setting, ...], imported: tuple[Setting, ...]) -> list[str]:
    before, after = ({s.name: s for s in settings} for settings in (read, imported))
    lines = [f"{name}: only in the source" for name in before if name not in after]
    lines += [f"{name}: only in the class" for name in after if name not in before]
    for name in before.keys() & after.keys():
        for part in ("annotation", "default", "choices"):
            one, other = getattr(before[name], part), getattr(after[name], part)
            if one != other:
                lines.append(f"{name}: {part} {one!r} in the source, {other!r} in the class")
    return sorted(lines)


def _no_command(module: Any, name: str) -> str:
    """Say why a module is no command of this name, or nothing."""
    parser = ArgumentParser()
    subparsers = parser.add_subparsers()
    try:
        module.add(subparsers)
    except Exception as fault:  # noqa: BLE001 - whatever a plugin's code raises
        return f"{type(fault).__name__}: {fault}"
    if name not in subparsers.choices:
        return f"It adds {', '.join(subparsers.choices) or 'nothing'}, not {name}."
    return "" if callable(getattr(module, "run", None)) else "It has no function run."


def _untyped(setting: Setting) -> str:
    """Say why a configuration cannot check a setting's type, or nothing."""
    if setting.choices:
        return ""
    if setting.annotation == "Any":
        return f"Its setting {setting.name!r} has no type."
    try:
        words = annotations.names(ast.parse(setting.annotation, mode="eval").body)
    except SyntaxError:
        words = {setting.annotation}
    if foreign := sorted(words - annotations.PLAIN):
        return f"The type of its setting {setting.name!r} is no plain data: {', '.join(foreign)}."
    return ""
