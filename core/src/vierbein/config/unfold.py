"""How much a defaults list unfolds to: two files that are named twice each are four, and so on."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from vierbein.config.document import Document
from vierbein.config.foreign import entries
from vierbein.config.library import Library
from vierbein.errors.settings import UnfoldingError

MOST: Final = 200
"""Files and components, counted as often as they are named; the quick start has 28."""


class Choice(NamedTuple):
    """One name in a file's defaults list.

    Parameters
    ----------
    number
        Of the list's entry.
    group
        What is chosen from.
    package
        The place, if it is said.
    name
        What is chosen.
    """

    number: int
    group: str
    package: str
    name: str


def target(key: str) -> tuple[str, str]:
    """Read the group, and the package if there is one, of a defaults list's entry.

    Parameters
    ----------
    key
        The entry's key, with or without ``override`` and a leading slash.

    Returns
    -------
    tuple
        The group and the package; the package is empty if the entry names none.

    Examples
    --------
    >>> target("override /dataset@source.dataset")
    ('dataset', 'source.dataset')
    """
    group, _, package = key.rpartition(" ")[2].lstrip("/").partition("@")
    return group, package


def choices(config_path: str, document: Document) -> Iterator[Choice]:
    """Walk what a file chooses; `- NAME` is of the file's own group."""
    for number, key, names in entries(document.content):
        group, package = target(key)
        if names is None:
            group, _, only = group.rpartition("/")
            own = str.partition if config_path.endswith(".yaml") else str.rpartition
            yield Choice(number, group or own(config_path, "/")[0], package, only)
        for name in names if isinstance(names, list) else [names] if names else []:
            yield Choice(number, group, package, name)


def require_few(config_path: str, library: Library) -> None:
    """Refuse files that name each other so often that composing them would take ages.

    It is called for every file that has been read. Hydra reads all that a file names before it
    goes through any of it a second time, so that no work is done that has not been counted.

    Parameters
    ----------
    config_path
        The file that has just been read, for the error message.
    library
        The files that have been read.

    Raises
    ------
    UnfoldingError
        If they unfold to more than `MOST`.
    """
    sizes: dict[str, int] = {}

    def size(path: str) -> int:
        if path in library.documents and path not in sizes:
            sizes[path] = 1  # a circle: Hydra finds it
            inner = choices(path, library.documents[path])
            sizes[path] = 1 + sum(size(f"{each.group}/{each.name}") for each in inner)
        return sizes.get(path, 1)

    if max(map(size, library.documents)) > MOST:
        raise UnfoldingError(library.documents[config_path].where("defaults"), MOST)
