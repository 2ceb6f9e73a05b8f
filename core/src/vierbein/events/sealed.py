"""Events that refuse to be read, from the moment at which they are known to be sealed."""

from typing import Any, NoReturn

from vierbein.errors.blinding import SealedError
from vierbein.events.batch import EventBatch


class Sealed:
    """Holds events of a signal region on their way into a seal, and gives nothing away.

    Neither what they hold nor how many they are: it has no length, no items, no attributes, no
    truth value, equals nothing, and is not copied or pickled. It shows itself as ``Sealed()``.

    Parameters
    ----------
    events
        Any number of them.

    Examples
    --------
    >>> from torch import arange, zeros
    >>> from vierbein.events.schema import FeatureSchema
    >>> Sealed(EventBatch(FeatureSchema(), zeros(2, 4), zeros(2, 0), arange(3)))
    Sealed()
    """

    __slots__ = ("__events",)

    def __init__(self, events: EventBatch) -> None:
        self.__events = events

    def __repr__(self) -> str:
        return "Sealed()"

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)  # Python and numpy ask for these, and take a no
        raise SealedError

    def __setattr__(self, name: str, value: object) -> None:
        if name != "_Sealed__events":
            raise SealedError
        super().__setattr__(name, value)

    def _refuse(self, *_: object, **__: object) -> Any:
        raise SealedError

    __len__ = __bool__ = __iter__ = __getitem__ = __contains__ = __array__ = _refuse
    __eq__ = __ne__ = __hash__ = _refuse
    __copy__ = __deepcopy__ = __reduce__ = __reduce_ex__ = _refuse
    __int__ = __float__ = __index__ = _refuse


def disclosed(sealed: Sealed) -> EventBatch:
    """Give the events to what encrypts them; nothing else in the program calls this."""
    events: EventBatch = object.__getattribute__(sealed, "_Sealed__events")
    return events
