"""One installed component, as its distribution's metadata names it."""

import re
from typing import NamedTuple


def canonical(distribution: str) -> str:
    """Write a distribution's name as packaging tools compare it.

    Parameters
    ----------
    distribution
        The name in any spelling.

    Returns
    -------
    str
        Lower case, each run of `-`, `_` and `.` one hyphen.

    Examples
    --------
    >>> canonical("Vierbein_Lab.XYZ")
    'vierbein-lab-xyz'
    """
    return re.sub(r"[-_.]+", "-", distribution).lower()


class Component(NamedTuple):
    """A class that a plugin offers under a name.

    Parameters
    ----------
    kind
        What it is: backbone, adapter, tuner ...
    name
        The word that chooses it.
    distribution
        The installed distribution that offers it.
    version
        That distribution's version.
    target
        Where the class is: `package.module:Class`; a module alone for hooks and commands.
    """

    kind: str
    name: str
    distribution: str
    version: str
    target: str

    @property
    def qualified(self) -> str:
        """The name that is unique even when two distributions offer the same one."""
        return f"{self.distribution}/{self.name}"

    @property
    def module(self) -> str:
        """The module that the target is in."""
        return self.target.partition(":")[0]

    @property
    def package(self) -> str:
        """The import package that the target is in."""
        return self.module.partition(".")[0]
