"""Find a module's file without importing it or the packages around it."""

import importlib.util
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path


def package_folders(package: str, path: Sequence[str] | None = None) -> list[Path]:
    """Find the folders of an import package; none for a single-file module."""
    spec = _spec_of(package, path)
    return [Path(folder) for folder in (spec and spec.submodule_search_locations) or ()]


def source_file(module: str, path: Sequence[str] | None = None) -> Path | None:
    """Find a module's source file.

    Parameters
    ----------
    module
        Its dotted name.
    path
        Folders to look in before the import path.

    Returns
    -------
    Path | None
        None where there is no source: not installed, or compiled.
    """
    package, *parts = module.split(".")
    if not parts:
        spec = _spec_of(package, path)
        origin = Path(spec.origin) if spec and spec.has_location and spec.origin else None
        return origin if origin and origin.suffix == ".py" else None
    stems = [folder.joinpath(*parts) for folder in package_folders(package, path)]
    files = (file for stem in stems for file in (stem / "__init__.py", stem.with_suffix(".py")))
    return next((file for file in files if file.is_file()), None)


def _spec_of(package: str, path: Sequence[str] | None) -> ModuleSpec | None:
    """Look up a top-level name, which imports nothing."""
    spec = PathFinder.find_spec(package, path) if path is not None else None
    try:
        return spec or importlib.util.find_spec(package)
    except ValueError:  # a module in sys.modules without a spec
        return None
