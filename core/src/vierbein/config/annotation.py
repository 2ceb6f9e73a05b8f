"""From a type annotation's source text to the type itself, and back."""

import ast
import inspect
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

NAMES: Final[dict[str, Any]] = {
    **{each.__name__: each for each in (int, float, str, bool, list, tuple, dict, set, Path)},
    **{each.__name__: each for each in (Sequence, Mapping, Collection, Iterable)},
    "object": Any,
    "Any": Any,
}
"""Names that a configuration's value may be annotated with."""


def hint(annotation: str, choices: Sequence[object] = ()) -> Any:
    """Read an annotation in the registry's spelling; a name unknown here allows the choices.

    Parameters
    ----------
    annotation
        An expression of the names in `NAMES`, literals, subscripts and `|`.
    choices
        What an unknown name allows; anything, if there are none.

    Returns
    -------
    Any
        The type that it stands for.

    Examples
    --------
    >>> hint("dict[str, float] | None")
    dict[str, float] | None
    """

    def read(node: ast.expr) -> Any:
        match node:
            case ast.Name(name) if name in NAMES:
                return NAMES[name]
            case ast.Constant(value) if value in (None, ...):
                return value
            case ast.BinOp(left, ast.BitOr(), right):
                either = read(left), read(right)
                return Any if Any in either else either[0] | either[1]
            case ast.Subscript(ast.Name("Literal"), inner):
                return Literal[ast.literal_eval(inner)]
            case ast.Subscript(ast.Name(name), inner) if name in NAMES:
                parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                return NAMES[name][tuple(map(read, parts))]
        return Literal[tuple(choices)] if choices else Any

    return read(ast.parse(annotation, mode="eval").body)


def written(declared: Any) -> str:
    """Write a type as an author would.

    Parameters
    ----------
    declared
        A type, as `hint` gives it.

    Returns
    -------
    str
        Its spelling, module names left out.

    Examples
    --------
    >>> written(list[Path] | None)
    'list[Path] | None'
    """
    return re.sub(r"\b(\w+\.)+(?=[A-Z])", "", inspect.formatannotation(declared))
