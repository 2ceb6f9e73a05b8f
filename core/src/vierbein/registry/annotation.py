"""Bring type annotations into one spelling, and read the choices of a `Literal`."""

import ast
from collections.abc import Mapping
from functools import reduce
from typing import Any, Final

BUILT_IN: Final = frozenset(
    {"int", "float", "str", "bool", "list", "tuple", "dict", "set", "object"}
)
PLAIN: Final = BUILT_IN | {
    "Any",
    "Literal",
    "Path",
    "Sequence",
    "Mapping",
    "Iterable",
    "Collection",
}
"""Names that a setting's annotation may be made of: data that a configuration can hold."""

OLD_SPELLING: Final = {"List": "list", "Dict": "dict", "Tuple": "tuple", "Set": "set"}


class _OneSpelling(ast.NodeTransformer):
    """`typing.Optional[Pool]` -> `Literal['mean', 'sum'] | None`."""

    def __init__(self, aliases: Mapping[str, ast.expr]) -> None:
        self.aliases = aliases

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return self.visit_Name(ast.Name(node.attr, ast.Load()))

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.aliases:
            outer = {name: value for name, value in self.aliases.items() if name != node.id}
            return normalise(self.aliases[node.id], outer)
        return ast.Name(OLD_SPELLING.get(node.id, node.id), ast.Load())

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, str):  # a quoted annotation
            return normalise(ast.parse(node.value, mode="eval").body, self.aliases)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        head = ast.unparse(node.value).rpartition(".")[2]
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if head == "Literal":
            return ast.Subscript(ast.Name("Literal", ast.Load()), node.slice, ast.Load())
        parts: list[ast.expr] = [self.visit(part) for part in inner]
        if head in {"Annotated", "Final", "InitVar"}:
            return parts[0]
        if head in {"Optional", "Union"}:
            return reduce(_either, [*parts, *([ast.Constant(None)] * (head == "Optional"))])
        index = parts[0] if len(parts) == 1 else ast.Tuple(parts, ast.Load())
        return ast.Subscript(self.visit(node.value), index, ast.Load())


def _either(left: ast.expr, right: ast.expr) -> ast.expr:
    return ast.BinOp(left, ast.BitOr(), right)


def normalise(annotation: ast.expr, aliases: Mapping[str, ast.expr]) -> ast.expr:
    """Write an annotation in one spelling.

    Parameters
    ----------
    annotation
        As the author wrote it.
    aliases
        Module-level names that stand for other annotations.

    Returns
    -------
    ast.expr
        Built-in generics, `X | None`, no module prefixes, no quotes, aliases written out.

    Examples
    --------
    >>> node = ast.parse("Optional[typing.List['int']]", mode="eval").body
    >>> ast.unparse(normalise(node, {}))
    'list[int] | None'
    """
    result: ast.expr = _OneSpelling(aliases).visit(annotation)
    return result


def names(annotation: ast.expr) -> set[str]:
    """Collect the names that an annotation is made of, those inside `Literal` aside."""
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Literal":
        return {"Literal"}
    own = {annotation.id} if isinstance(annotation, ast.Name) else set()
    children = (node for node in ast.iter_child_nodes(annotation) if isinstance(node, ast.expr))
    return own.union(*map(names, children))


def choices(annotation: ast.expr) -> tuple[Any, ...]:
    """Give the values that a `Literal` allows, None among them for `Literal[...] | None`.

    Parameters
    ----------
    annotation
        In the one spelling that `normalise` gives.

    Returns
    -------
    tuple
        The values in order; none if the annotation allows anything else too.

    Examples
    --------
    >>> choices(ast.parse("Literal['mean', 'sum'] | None", mode="eval").body)
    ('mean', 'sum', None)
    """
    if isinstance(annotation, ast.BinOp):
        left, right = choices(annotation.left), choices(annotation.right)
        return left + right if left and right else ()
    if isinstance(annotation, ast.Constant) and annotation.value is None:
        return (None,)
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Literal":
        try:
            value = ast.literal_eval(annotation.slice)
        except ValueError:  # an Enum's member
            return ()
        return value if isinstance(value, tuple) else (value,)
    return ()
