"""The names of a new plugin: all follow from that of its distribution."""

import keyword
import re
from typing import Final, NamedTuple

from vierbein.errors.plugins import IllegalNameError

_LEGAL: Final = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_PREFIX: Final = "vierbein_"


class Names(NamedTuple):
    """What a plugin's parts are called.

    Parameters
    ----------
    distribution
        What pip installs.
    package
        What Python imports.
    component
        The entry point's name, and the module's.
    class_name
        The class's.
    """

    distribution: str
    package: str
    component: str
    class_name: str


def names_of(asked: str) -> Names:
    """Derive a plugin's names.

    Parameters
    ----------
    asked
        The distribution's.

    Returns
    -------
    Names
        The component's is without ``vierbein-``.

    Raises
    ------
    IllegalNameError
        If no distribution, package or class can be called so.

    Examples
    --------
    >>> names_of("vierbein-deep-sets")[1:]
    ('vierbein_deep_sets', 'deep_sets', 'DeepSets')
    """
    package = asked.replace("-", "_")
    component = package.removeprefix(_PREFIX)
    words = component.split("_")
    class_name = "".join(word.capitalize() for word in words)
    is_legal = _LEGAL.fullmatch(asked) and class_name.isidentifier() and component.isidentifier()
    if not is_legal or any(map(keyword.iskeyword, (package, component, class_name))):
        raise IllegalNameError(asked)
    return Names(asked, package, component, class_name)
