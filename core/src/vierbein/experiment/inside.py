"""A configuration file may not let a run write where it likes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from vierbein.errors.settings import OutsideFolderError

WRITTEN: Final = ("run_folder", "cache_folder")


def require_inside(
    configuration: Mapping[str, Any], overrides: Sequence[str], folder: Path
) -> None:
    """Refuse folders outside the working folder, unless the user typed them.

    Parameters
    ----------
    configuration
        Composed.
    overrides
        As typed: what they set is the user's own choice.
    folder
        The working folder.

    Raises
    ------
    OutsideFolderError
        If a file chooses such a folder; a name may lead out of it too, for `runs/${name}`.
    """
    typed = {override.lstrip("+~").partition("=")[0] for override in overrides}
    for setting in WRITTEN:
        path = configuration[setting]
        is_inside = (folder / path).resolve().is_relative_to(folder.resolve())
        if setting not in typed and not is_inside:
            raise OutsideFolderError(setting, path)
