"""Files that plugins bring for composition: presets and experiments."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from vierbein.registry.component import Component
from vierbein.registry.locate import package_folders


class Preset(NamedTuple):
    """A file of a plugin's package that stands for a component with some settings.

    Parameters
    ----------
    path
        The file.
    distribution
        Who brings it.
    """

    path: Path
    distribution: str

    def builds_on(self, component: Component) -> bool:
        """Say whether a component stands in the file's defaults list."""
        names = f"{re.escape(component.name)}|{re.escape(component.qualified)}"
        pattern = rf"^defaults:(?:\s*\[|(?:\s*-.*\n)*\s*-)[^\]\n]*?\b(?:{names})\b"
        return re.search(pattern, self.path.read_text("utf-8"), re.MULTILINE) is not None


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
