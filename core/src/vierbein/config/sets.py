"""A preset of a side-by-side kind may be a set: it names several components instead of one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from vierbein.config.files import read
from vierbein.config.library import Library
from vierbein.config.unfold import require_few
from vierbein.errors.settings import BadFileError, SetCircleError
from vierbein.registry.kinds import MULTI

SELF: Final = "_self_"


@dataclass
class Unfolded:
    """What names stand for, once their sets are opened.

    Parameters
    ----------
    members
        Components and presets of one, each once, in the order in which they were first named.
    sets
        The sets among the names, and those inside of them, in the order in which their settings
        count: an inner one before the one around it, and that after its members.
    """

    members: list[str] = field(default_factory=list)
    sets: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """What Hydra is given: a set stands for its settings alone."""
        return [*self.members, *self.sets]


def unfolded(library: Library, group: str, names: Iterable[str]) -> Unfolded:
    """Open the sets among names.

    Parameters
    ----------
    library
        Finds and remembers their files.
    group
        What is chosen from.
    names
        As they are written.

    Returns
    -------
    Unfolded
        Names that nothing is found for are among the members: nobody but Hydra looks for those.

    Raises
    ------
    SetCircleError
        If sets name each other in a circle.
    BadFileError
        If a set holds anything but names of its own kind.
    """
    result = Unfolded()

    def add(name: str, around: tuple[str, ...]) -> None:
        if name in around:
            raise SetCircleError(group, [*around, name])
        inner = inside(library, group, name)
        if inner is None:
            result.members += [name] if name not in result.members else []
        elif name not in result.sets:
            for each in inner:
                add(each, (*around, name))
            result.sets.append(name)

    for name in names:
        add(name, ())
    return result


def inside(
    library: Library, group: str, name: str, around: tuple[str, ...] = ()
) -> list[str] | None:
    """Give the names in a set, or None if a name stands for no set.

    A preset that names only one component is that component, with settings, under a name of its
    own; one that names only a set is that set, with settings.
    """
    path = f"{group}/{name}"
    if group not in MULTI or not isinstance(found := library.find(path), Path):
        return None
    if name in around:
        raise SetCircleError(group, [*around, name])
    if path not in library.documents:  # what a set says counts less than what names it
        library.documents = {path: read(found), **library.documents}
        require_few(path, library)
    document = library.documents[path]
    entries = [entry for entry in document.content.get("defaults", ()) if entry != SELF]
    names = [entry for entry in entries if isinstance(entry, str) and not _is_placed(entry)]
    if len(names) > 1 and names != entries:
        reason = f"it names several, and so is a set; then each must be the name of a {group}"
        raise BadFileError(document.where("defaults"), reason, "defaults: [NAME, NAME, ...]")
    if len(names) == 1 and inside(library, group, names[0], (*around, name)) is None:
        return None
    return names or None


def home(library: Library, group: str, name: str) -> str | None:
    """Say where a choice's settings go; a set's go to where its members stand."""
    return group if inside(library, group, name) is not None else library.home(group, name)


def _is_placed(entry: str) -> bool:
    return entry.startswith("/") or "@" in entry


def as_list(names: str | Sequence[str] | None) -> list[str]:
    """Give names as a list, whether there is one, none or several."""
    return [names] if isinstance(names, str) else list(names or ())
