"""What a path of a defaults list means: a file of the user's, a plugin's file, or a component."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from vierbein.config.document import Document
from vierbein.errors.plugins import ClashError
from vierbein.errors.settings import HiddenComponentError
from vierbein.registry.component import Component
from vierbein.registry.installed import Registry
from vierbein.registry.kinds import MULTI
from vierbein.storage.bundle_folder import SUFFIX, installed_bundles

EXPERIMENT: Final = "experiment"
ADAPTER: Final = "adapter"


def word(name: str) -> str:
    """Give the word that a choice goes by.

    Parameters
    ----------
    name
        A component's name, qualified by its distribution or not, or a preset's file.

    Returns
    -------
    str
        What a person calls it.

    Examples
    --------
    >>> word("vierbein-lab/xyz"), word("./my_lora.yaml")
    ('xyz', 'my_lora')
    """
    return Path(name).stem if name.endswith(".yaml") else name.rpartition("/")[2]


@dataclass
class Library:
    """Everything that one command may compose.

    Parameters
    ----------
    registry
        What plugins offer.
    folder
        The working folder; its `conf` holds the user's own files.
    schema
        The dataclass of the root's settings.
    chosen
        What has been chosen so far: a group, or a place (`source.dataset`) -> names.
    documents
        Files that have been read so far, by the path that Hydra knows them by.
    """

    registry: Registry
    folder: Path
    schema: type
    chosen: dict[str, list[str]] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """What can be chosen in every configuration: each kind, and an experiment."""
        return (*self.registry.kinds(), EXPERIMENT)

    @cached_property
    def _shipped(self) -> dict[str, dict[str, Path]]:
        shipped: dict[str, dict[str, Path]] = {EXPERIMENT: self.registry.experiments()}
        for kind in self.registry.kinds():
            presets = self.registry.presets(kind)
            shipped[kind] = {name: preset.path for name, preset in presets.items()}
        return shipped

    def is_group(self, path: str) -> bool:
        """Tell whether something can be chosen from a path."""
        is_own = path != "hydra" and _is_there(self._conf / path, Path.is_dir)
        return path in self.groups or is_own

    def find(self, path: str) -> Path | Component | None:
        """Find what a path stands for.

        Parameters
        ----------
        path
            `kind/NAME`, `kind/DIST/NAME`, `experiment/NAME`, or a file below `conf`; NAME may be
            a path to a .yaml file.

        Returns
        -------
        Path | Component | None
            The user's files come first, then those of plugins, then components.

        Raises
        ------
        HiddenComponentError
            If a file has the name of a component.
        ClashError
            If several plugins offer the name.
        """
        group, _, name = path.partition("/")
        if group == "hydra":
            return None
        if name.endswith(".yaml"):
            file = self.folder / name
            return file if _is_there(file, Path.is_file) else None
        own, shipped = self._conf / f"{path}.yaml", self._shipped.get(group, {}).get(name)
        is_own = ".." not in own.parts and _is_there(own, Path.is_file)
        found = own if is_own else shipped
        offered = word(name) in self.registry.names(group)
        if found and offered and "/" not in name:
            raise HiddenComponentError(str(found), group, name)
        return found or (self.registry.find(group, name) if offered else None)

    def names(self, group: str) -> list[str]:
        """List what can be chosen from a group."""
        own = (file.stem for file in (self._conf / group).glob("*.yaml"))
        bundles = installed_bundles() if group == ADAPTER else ()
        return sorted({*own, *self._shipped.get(group, ()), *self.registry.names(group), *bundles})

    def bundle(self, path: str) -> str | None:
        """Give the file or installed name of the bundle that a path stands for, if it does.

        Parameters
        ----------
        path
            Group and choice, as in ``adapter/name``.

        Returns
        -------
        str or None
            The file or name; None if the path stands for anything else.

        Raises
        ------
        ClashError
            If a plugin offers an adapter of the installed bundle's name.
        """
        group, _, name = path.partition("/")
        if group != ADAPTER or (self._conf / f"{path}.yaml").is_file():
            return None
        if name.endswith(SUFFIX):
            return name
        if (file := installed_bundles().get(name)) is None:
            return None
        if name in self.registry.names(group):
            offers = [c for c in self.registry.components if (c.kind, c.name) == (group, name)]
            origins = {c.qualified: f"{c.distribution} {c.version} ({c.target})" for c in offers}
            raise ClashError(group, name, {**origins, str(file): "an installed bundle"})
        return name

    def home(self, group: str, name: str) -> str | None:
        """Say where a choice's settings go when nothing else is said; None for the group's name."""
        if group == EXPERIMENT:
            return "_global_"
        if group in MULTI:
            return f"{group}.{word(name)}"
        return group if "/" in name and group in self.groups else None

    @property
    def _conf(self) -> Path:
        return self.folder / "conf"


def _is_there(path: Path, kind: Callable[[Path], bool]) -> bool:
    """Look, even where a name is longer than a disk allows."""
    try:
        return kind(path)
    except (OSError, ValueError):
        return False
