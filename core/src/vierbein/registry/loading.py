"""Import a component, and say what is broken where that fails."""

import sys
import traceback
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from vierbein.errors.plugins import BrokenPluginError
from vierbein.registry.component import Component
from vierbein.registry.locate import package_folders, source_file
from vierbein.registry.stale import stale
from vierbein.registry.walk import Plugin


def load(component: Component, plugin: Plugin) -> Any:
    """Import what a component's entry point names.

    Parameters
    ----------
    component
        What to import.
    plugin
        Its distribution.

    Returns
    -------
    Any
        The class; the module where the target names no attribute.

    Raises
    ------
    BrokenPluginError
        If the import fails in whatever way; the cause is kept.
    """
    module, _, name = component.target.partition(":")
    try:
        loaded: Any = import_module(module)
        for part in name.split(".") if name else ():
            loaded = getattr(loaded, part)
    except (Exception, SystemExit) as fault:
        lines = str(fault).splitlines() or [""]
        reason = f"{type(fault).__name__}: {lines[0]}".removesuffix(": ")
        place, cure = _place(component, fault), _cure(component, plugin, fault)
        raise broken(component, reason, place, cure) from fault
    if name and not isinstance(loaded, type):
        reason = f"{name} is a {type(loaded).__name__}, not a class"
        cure = "Tell its author: the entry point must name a class."
        raise broken(component, reason, _file(module), cure)
    return loaded


def broken(component: Component, reason: str, place: str, cure: str) -> BrokenPluginError:
    """Make the error that names a component's plugin."""
    c = component
    return BrokenPluginError(
        c.kind, c.name, c.distribution, c.version, c.target, reason, place, cure
    )


def _file(module: str) -> str:
    return getattr(sys.modules.get(module), "__file__", None) or module


def _place(component: Component, fault: BaseException) -> str:
    """Find the plugin's line that the fault came from; the last line of all if none is its own."""
    if isinstance(fault, SyntaxError) and fault.filename:
        return f"{fault.filename}:{fault.lineno}"
    machinery = (__file__, sys.modules["importlib"].__file__)
    frames = [
        frame
        for frame in traceback.extract_tb(fault.__traceback__)
        if not frame.filename.startswith("<frozen") and frame.filename not in machinery
    ]
    roots = [*package_folders(component.package), source_file(component.package)]
    own = [f for f in frames if any(r and Path(f.filename).is_relative_to(r) for r in roots)]
    for frame in (own or frames)[-1:]:
        return f"{frame.filename}:{frame.lineno}"
    return _file(component.module)


def _cure(component: Component, plugin: Plugin, fault: BaseException) -> str:
    """Name what is known to help; never guess a distribution from an import's name."""
    for _, error in stale([plugin]):
        return str(error).replace("\n", "\n  ")
    if not isinstance(fault, ImportError):
        return without(component)
    missing = [r for r in plugin.requirements if r.applies and not _is_installed(r.name)]
    if missing:
        names = " ".join(sorted(f"'{requirement}'" for requirement in missing))
        return f"It declares what is missing; install that:  pip install {names}"
    package = (fault.name or "").partition(".")[0]
    if isinstance(fault, ModuleNotFoundError) and package != component.package:
        return (
            f"{component.distribution} does not declare what provides {package!r}: tell its author."
        )
    return without(component)


def without(component: Component) -> str:
    """Say how to go on without a plugin that only its author can mend."""
    off = f"VIERBEIN_DISABLE_PLUGINS={component.distribution}"
    return f"Tell its author. Everything else works; to leave the plugin out:  {off}"


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
