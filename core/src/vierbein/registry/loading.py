"""Import a component, and say what is broken where that fails."""

import importlib
import traceback
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from vierbein.errors.plugins import BrokenPluginError
from vierbein.registry.component import Component
from vierbein.registry.requirement import Requirement


def load(component: Component, requirements: Iterable[Requirement], hint: str = "") -> Any:
    """Import what a component's entry point names.

    Parameters
    ----------
    component
        What to import.
    requirements
        What its distribution declares that it needs.
    hint
        A cure that is known already, told if the import fails.

    Returns
    -------
    Any
        The class; the module where the target names no attribute.

    Raises
    ------
    BrokenPluginError
        If the import fails in whatever way.
    """
    module, _, name = component.target.partition(":")
    try:
        loaded: Any = importlib.import_module(module)
        for part in name.split(".") if name else ():
            loaded = getattr(loaded, part)
    except (Exception, SystemExit) as fault:
        raise _broken(component, fault, hint or _cure(component, fault, requirements)) from fault
    if name and not isinstance(loaded, type):
        reason = f"{name} is a {type(loaded).__name__}, not a class"
        where = getattr(importlib.import_module(module), "__file__", "") or module
        cure = f"Its author mends the entry point: it must name a class ({component.distribution})."
        raise BrokenPluginError(*_identity(component), reason, where, cure)
    return loaded


def _identity(component: Component) -> tuple[str, str, str, str, str]:
    c = component
    return c.kind, c.name, c.distribution, c.version, c.target


def _broken(component: Component, fault: BaseException, cure: str) -> BrokenPluginError:
    reason = f"{type(fault).__name__}: {str(fault).splitlines()[0] if str(fault) else ''}".rstrip(
        ": "
    )
    return BrokenPluginError(*_identity(component), reason, _place(component, fault), cure)


def _place(component: Component, fault: BaseException) -> str:
    """Find the line of the plugin that the fault came from; the last line of all if none is."""
    if isinstance(fault, SyntaxError) and fault.filename:
        return f"{fault.filename}:{fault.lineno}"
    frames = [
        frame
        for frame in traceback.extract_tb(fault.__traceback__)
        if not frame.filename.startswith("<frozen") and Path(frame.filename) != Path(__file__)
    ]
    frames = [f for f in frames if Path(f.filename).parts[-3:-1] != ("python3", "importlib")]
    own = [f for f in frames if component.package in Path(f.filename).parts]
    chosen = (own or frames)[-1:]
    return f"{chosen[0].filename}:{chosen[0].lineno}" if chosen else component.module


def _cure(component: Component, fault: BaseException, requirements: Iterable[Requirement]) -> str:
    """Name declared requirements that are missing; never guess one from an import's name."""
    missing = [str(r) for r in requirements if r.applies and not _is_installed(r.name)]
    if isinstance(fault, ImportError) and missing:
        return "Install what it declares that it needs:  pip install " + " ".join(
            f"'{name}'" for name in sorted(missing)
        )
    own = (
        (fault.name or "").partition(".")[0] == component.package
        if isinstance(fault, ImportError)
        else False
    )
    if isinstance(fault, ModuleNotFoundError) and not own:
        return (
            f"{component.distribution} does not declare what provides {fault.name!r}: "
            "tell its author."
        )
    return (
        f"Tell its author; to do without the plugin:  "
        f"VIERBEIN_DISABLE_PLUGINS={component.distribution}"
    )


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
