"""Modules of the optional extra `generator`."""

from importlib import import_module
from typing import Any

from vierbein_collider.errors import GeneratorNotInstalledError


def optional(module: str) -> Any:
    """Import a module of the optional extra.

    Parameters
    ----------
    module
        The module's full name.

    Returns
    -------
    Any
        The module.

    Raises
    ------
    GeneratorNotInstalledError
        If the extra is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise GeneratorNotInstalledError(module) from error
