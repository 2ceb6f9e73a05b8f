"""Checks: the methods of a contract, each with the version that it is asked from."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

Method = TypeVar("Method", bound=Callable[..., None])

_SINCE = "_vierbein_since"


class Check(NamedTuple):
    """One thing that a contract asks.

    Parameters
    ----------
    name
        Of the test method; `expected_failures` names it so.
    since
        The version of vierbein that first asked it.
    meaning
        What the component must do, in one line.
    """

    name: str
    since: str
    meaning: str


def check(*, since: str) -> Callable[[Method], Method]:
    """Make a method a check that is asked from a version of vierbein on.

    A plugin that declares an older lower bound is only warned by it.
    """

    def mark(method: Method) -> Method:
        setattr(method, _SINCE, since)
        return method

    return mark


def since(method: object) -> str | None:
    """Give the version that a check is asked from; None for a method that is no check."""
    return getattr(method, _SINCE, None)


def checks(contract: type) -> dict[str, Check]:
    """List the checks of a contract by name, those that every kind has first."""
    found: dict[str, Check] = {}
    for owner in reversed(contract.__mro__):
        for name, method in vars(owner).items():
            if version := since(method):
                meaning = (method.__doc__ or "").strip().partition("\n")[0]
                found[name] = Check(name, version, meaning)
    return found


def replaced(contract: type) -> list[str]:
    """Name the checks that a subclass has put something of its own in the place of."""
    return [name for name in checks(contract) if since(getattr(contract, name)) is None]
