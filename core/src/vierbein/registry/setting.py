"""One setting of a component: a typed parameter of its constructor."""

from typing import Any, Final, NamedTuple


class Required:
    """Stands where a setting has no default."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Final = Required()


class Setting(NamedTuple):
    """A constructor's parameter as its author wrote it.

    Parameters
    ----------
    name
        The parameter's name.
    annotation
        Its type as source text, in one spelling: `int | None`, `list[float]`, `Any` if untyped.
    default
        Its default, or `REQUIRED`.
    choices
        The values that a `Literal` or an `Enum` allows, None among them where the type says so;
        empty where any value of the type will do.
    meaning
        Its entry in the docstring's Parameters section.
    """

    name: str
    annotation: str
    default: Any = REQUIRED
    choices: tuple[Any, ...] = ()
    meaning: str = ""
