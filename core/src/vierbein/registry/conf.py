"""Files that plugins bring for composition: presets and experiments."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from vierbein.registry.component import Component
from vierbein.registry.locate import package_folders

IN_BRACKETS: Final = re.compile(r"^defaults:\s*\[([^\]]*)\]", re.MULTILINE)
IN_LINES: Final = re.compile(r"^defaults:[^\n\[]*\n((?:\s*[-#].*(?:\n|$))*)", re.MULTILINE)
"""The defaults list of a file, read without a parser: a list of plugins must be quick."""


class Preset(NamedTuple):
    """A file of a plugin's package that stands for components with some settings.

    One that names several components of a side-by-side kind is a set.

    Parameters
    ----------
    path
        The file.
    distribution
        Who brings it.
    """

    path: Path
    distribution: str

    @property
    def names(self) -> tuple[str, ...]:
        """What the file's defaults list names, `_self_` aside."""
        file = self.path.read_text("utf-8")
        found = IN_BRACKETS.search(file) or IN_LINES.search(file)
        text = re.sub(r"(?m)(^|\s)#.*$", "", found[1]) if found else ""
        words: list[str] = re.findall(r"[^\s\[\],]+", re.sub(r"(?m)^\s*-", " ", text))
        return tuple(word for word in words if word != "_self_")

    def builds_on(self, component: Component) -> bool:
        """Say whether a component stands in the file's defaults list."""
        return not {component.name, component.qualified}.isdisjoint(self.names)


def conf_files(
    folder: str, components: Iterable[Component], path: Sequence[str] | None = None
) -> dict[str, Preset]:
    """Collect `<package>/conf/<folder>/*.yaml` of all plugins.

    Parameters
    ----------
    folder
        A kind, or `experiment`.
    components
        Whose packages to look into.
    path
        Folders to look for packages in before the import path.

    Returns
    -------
    dict[str, Preset]
        Sorted by name. A name that several plugins bring stands as `dist/name`, once for each.
    """
    packages = sorted({(c.package, c.distribution) for c in components})
    found: dict[Path, str] = {}
    for package, distribution in packages:
        for root in package_folders(package, path):
            for file in sorted((root / "conf" / folder).glob("*.yaml")):
                found.setdefault(file, distribution)
    stems = [file.stem for file in found]
    return dict(
        sorted(
            (
                file.stem if stems.count(file.stem) == 1 else f"{distribution}/{file.stem}",
                Preset(file, distribution),
            )
            for file, distribution in found.items()
        )
    )
