"""What keeps installed components from being used."""

from typing import NamedTuple

from vierbein.errors.base import VierbeinError
from vierbein.registry.component import Component


class Problem(NamedTuple):
    """Something installed that does not work as it should.

    Parameters
    ----------
    what
        One word: damaged, malformed, api, requirement, clash, environment or stale; from
        importing a component: broken, settings or class.
    distribution
        Whose it is; several with commas between them.
    message
        What is wrong and what to do.
    """

    what: str
    distribution: str
    message: str


class Withheld(NamedTuple):
    """A component that is installed and cannot be chosen, and why."""

    component: Component
    reason: VierbeinError
