"""The bundles that a user has installed: one folder, one file a name."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from vierbein.errors.bundles import NoBundleError

SUFFIX: Final = ".vbn"
VARIABLE: Final = "VIERBEIN_ADAPTERS"


def bundle_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Give the folder of installed bundles: `$VIERBEIN_ADAPTERS`, or the user's data folder."""
    if said := environ.get(VARIABLE):
        return Path(said)
    data = environ.get("XDG_DATA_HOME") or environ.get("LOCALAPPDATA")
    return (Path(data) if data else Path.home() / ".local" / "share") / "vierbein" / "adapters"


def installed_bundles(folder: Path | None = None) -> dict[str, Path]:
    """Find the installed bundles by name; none is opened."""
    return {path.stem: path for path in sorted((folder or bundle_folder()).glob(f"*{SUFFIX}"))}


def locate(asked: str) -> Path:
    """Find a bundle by its file, or by the name that it is installed under.

    Parameters
    ----------
    asked
        A file's path, or an installed name; an existing file comes first.

    Returns
    -------
    Path
        The bundle's file.

    Raises
    ------
    NoBundleError
        If there is neither.
    """
    path, there = Path(asked), installed_bundles()
    if asked in there and not path.is_file():
        return there[asked]
    if not path.is_file():
        raise NoBundleError(asked, str(bundle_folder()), list(there))
    return path
