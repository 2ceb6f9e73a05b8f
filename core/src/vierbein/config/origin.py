"""In which file and line something was set or chosen."""

import re
from collections.abc import Iterator, Sequence

from vierbein.config.choices import places
from vierbein.config.library import EXPERIMENT, Library
from vierbein.config.sets import home
from vierbein.config.unfold import choices


def setting(path: str, library: Library) -> str | None:
    """Find what sets a value; the file that was read last has the last word.

    Parameters
    ----------
    path
        As in an error: `tuner.lora.rank`, `compare.sizes[1]`.
    library
        Knows which files were read.

    Returns
    -------
    str | None
        `file:line`; None if no file does.
    """
    dotted = re.sub(r"\[(\w+)\]", r".\1", path)
    for config_path, document in reversed(library.documents.items()):
        for prefix in _prefixes(config_path, library):
            here = dotted.removeprefix(f"{prefix}.") if prefix else dotted
            if here in document.lines and (not prefix or here != dotted):
                return document.where(here)
    return choice(path, None, library)


def choice(place: str, name: str | None, library: Library) -> str | None:
    """Find the defaults list that chooses something, by its place or group, and its name."""
    for config_path, document in library.documents.items():
        for each in choices(config_path, document):
            if place in (each.group, each.package) and name in (None, each.name):
                return document.where(f"defaults.{each.number}")
    return None


def file(reason: str, library: Library) -> str | None:
    """Find the file that Hydra's words are about: `In 'experiment/mine': ...`."""
    named = re.search(r"In '([^']+)'", reason)
    document = library.documents.get(named[1]) if named else None
    return document.where("defaults") if document else None


def _prefixes(config_path: str, library: Library) -> Iterator[str]:
    """Guess where a file's content went: its own place, its group, or where it was chosen."""
    group, _, name = config_path.partition("/")
    place = home(library, group, name) or library.documents[config_path].package or group
    yield place.removeprefix("_global_").removeprefix(".")
    if group != EXPERIMENT:
        yield from (place for place, chosen in places(library.chosen).items() if chosen == name)


def is_typed(path: str, overrides: Sequence[str], library: Library) -> bool:
    """Tell whether a setting is on the command line, so that no file is to blame."""
    keys = {override.lstrip("+~").partition("=")[0] for override in overrides}
    return any(f"{path}.".startswith(f"{key}.") for key in keys - set(library.groups))
