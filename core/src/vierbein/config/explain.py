"""Turn what Hydra and OmegaConf say into words about experiments, components and settings."""

import re
from collections.abc import Sequence
from typing import Final

from hydra.errors import MissingConfigException
from omegaconf.errors import (
    GrammarParseError,
    InterpolationResolutionError,
    OmegaConfBaseException,
    UnsupportedInterpolationType,
)

from vierbein.config import origin
from vierbein.config.library import Library
from vierbein.errors.base import VierbeinError
from vierbein.errors.settings import (
    CompositionError,
    DanglingReferenceError,
    NothingChosenError,
    PlaceError,
    UnknownFileError,
)

DANGLING: Final = (GrammarParseError, InterpolationResolutionError, UnsupportedInterpolationType)


def explain(error: Exception, library: Library, overrides: Sequence[str]) -> VierbeinError:
    """Say what is wrong in three parts.

    Parameters
    ----------
    error
        What Hydra or OmegaConf raised.
    library
        What could have been composed.
    overrides
        What was asked.

    Returns
    -------
    VierbeinError
        To be raised from the error.
    """
    if isinstance(error, MissingConfigException) and error.missing_cfg_file:
        return missing(error.missing_cfg_file, library)
    cause = error.__cause__ if isinstance(error.__cause__, OmegaConfBaseException) else error
    if isinstance(cause, DANGLING):
        reason = str(cause.msg or cause).splitlines()[0]
        return DanglingReferenceError(str(cause.full_key or ""), reason)
    if isinstance(error, RecursionError):
        circle = CompositionError(overrides, "files name each other in their defaults, in a circle")
        last = next(reversed(library.documents.values()), None)
        return circle.at(last.where("defaults")) if last else circle
    reason = str(error) or str(cause)
    if unchosen := re.search(r"You must specify '([^']+)'", reason):
        return NothingChosenError(unchosen[1], library.names(unchosen[1].partition("@")[0]))
    if absent := re.search(r"Could not override '([^'@]+)@([^']+)'", reason):
        group, place = absent.groups()
        known = re.findall(rf"\b{group}@([\w.]+)", reason.partition("\n")[2].partition("\n")[0])
        found = f"None stands there yet; places of a {group}: {', '.join(known) or 'none'}"
        return PlaceError(place, found, f"+{group}@{place}=NAME  to put one there")
    refused = CompositionError(overrides, " ".join(reason.split()))
    place = origin.file(reason, library)
    return refused.at(place) if place else refused


def missing(path: str, library: Library) -> VierbeinError:
    """Say what is not there, and which file names it."""
    kind, _, name = path.partition("/")
    group, name = (kind, name) if kind in library.groups else path.rpartition("/")[::2]
    error, place = _unknown(group, name, library), origin.choice(group, name, library)
    return error.at(place) if place else error


def _unknown(group: str, name: str, library: Library) -> VierbeinError:
    if group in library.registry.kinds() and not name.endswith(".yaml"):
        try:
            library.registry.find(group, name)
        except VierbeinError as error:
            return error
    return UnknownFileError(group, name, library.names(group))
