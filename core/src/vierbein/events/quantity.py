"""One column of an event, said in data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from vierbein.errors.features import MappingError
from vierbein.events.schema import Role

_WORDS: Final[dict[Any, str]] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    Mapping: "names and their values",
}


def check_kind(where: str, value: object, kind: type) -> None:
    """Refuse plain data of another kind than a mapping has at this place.

    Parameters
    ----------
    where
        The place, as a dotted path.
    value
        What stands there.
    kind
        What should: a whole number is a float too, a tuple is a list, a truth value is never right.

    Raises
    ------
    MappingError
        Naming the place, what stands there and what was expected.
    """
    accepted: dict[type, tuple[type, ...]] = {float: (int, float), list: (list, tuple)}
    if not isinstance(value, accepted.get(kind, (kind,))) or isinstance(value, bool):
        raise MappingError(where, repr(value), _WORDS[kind])


@dataclass(frozen=True)
class Quantity:
    """One column of an event, as an expression of the file's columns.

    Parameters
    ----------
    value
        An `Expression`, in the program's units.
    unit
        Its unit.
    meaning
        In words.
    role
        How it changes under rotations and boosts.
    codes
        A translation of whole numbers, for classes and particle kinds; a number that is not in it
        is an error.
    citation
        Where a truth is defined.
    """

    value: str
    unit: str = "1"
    meaning: str = ""
    role: str = Role.DETECTOR.value
    codes: Mapping[str, int] = field(default_factory=dict)
    citation: str = ""

    def check(self, where: str) -> None:
        """Refuse a role that there is not, and codes that are no whole numbers.

        Parameters
        ----------
        where
            Its place in the mapping, as a dotted path.

        Raises
        ------
        MappingError
            Naming the place.
        """
        roles = [role.value for role in Role]
        if self.role not in roles:
            raise MappingError(f"{where}.role", repr(self.role), f"one of {', '.join(roles)}")
        for key, code in self.codes.items():
            if not re.fullmatch(r"-?(0|[1-9]\d*)", key) or not isinstance(code, int):
                raise MappingError(f"{where}.codes", f"{key}: {code}", "whole numbers")

    @classmethod
    def from_json(cls, data: Any, where: str) -> "Quantity":
        """Read a quantity's plain data; an expression alone stands for one without a unit.

        Parameters
        ----------
        data
            An expression, or the quantity's parameters by name.
        where
            Its place in the mapping, as a dotted path.

        Returns
        -------
        Quantity
            What they stand for.

        Raises
        ------
        MappingError
            Naming the place.
        """
        if isinstance(data, Quantity):
            return data
        if isinstance(data, str):
            return cls(data)
        known = set(cls.__dataclass_fields__)
        if not isinstance(data, Mapping) or "value" not in data or not set(data) <= known:
            raise MappingError(where, str(data), f"value and any of {', '.join(sorted(known))}")
        for name, value in data.items():
            check_kind(f"{where}.{name}", value, Mapping if name == "codes" else str)
        return cls(**data)
