"""A closed language of arithmetic on columns, so that a mapping needs no code."""

import ast
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vierbein.errors.features import ExpressionError

Array = NDArray[Any]


class Value(NamedTuple):
    """An intermediate result: one number a particle, or one an event."""

    array: Array
    is_jagged: bool


def _wrap(angle: Array) -> Array:
    return (angle + np.pi) % (2 * np.pi) - np.pi


_FUNCTIONS: dict[str, Callable[..., Array]] = {
    "abs": np.abs,
    "arcsinh": np.arcsinh,
    "arctan2": np.arctan2,
    "cos": np.cos,
    "cosh": np.cosh,
    "exp": np.exp,
    "hypot": np.hypot,
    "log": np.log,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "sign": np.sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "where": np.where,
    "wrap": _wrap,
}
_REDUCTIONS: dict[str, np.ufunc] = {"max": np.maximum, "min": np.minimum, "sum": np.add}
_BINARY: dict[type[ast.operator], np.ufunc] = {
    ast.Add: np.add,
    ast.Div: np.true_divide,
    ast.Mult: np.multiply,
    ast.Pow: np.power,
    ast.Sub: np.subtract,
}
_COMPARE: dict[type[ast.cmpop], np.ufunc] = {
    ast.Eq: np.equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.NotEq: np.not_equal,
}
_ALLOWED = (
    "columns, numbers, + - * / **, comparisons, and, or, not, "
    + ", ".join(sorted(_FUNCTIONS))
    + ", and over an event's particles "
    + ", ".join(sorted([*_REDUCTIONS, "count"]))
)


class Expression:
    """One expression of the closed language, parsed once.

    A per-event column meets a per-particle one by being repeated for each particle. `sum`, `min`,
    `max` and `count` go from particles to their event. `wrap` brings an angle into [-pi, pi).

    Parameters
    ----------
    text
        For example ``log(part_pt / jet_pt)``.

    Raises
    ------
    ExpressionError
        If the text is not in the language.

    Examples
    --------
    >>> pt = Value(np.array([3.0, 1.0, 2.0]), is_jagged=True)
    >>> Expression("sum(pt) * 2").evaluate({"pt": pt}, np.array([0, 2, 3])).array
    array([8., 4.])
    """

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self._tree = ast.parse(text, mode="eval").body
        except SyntaxError as error:
            raise ExpressionError(text, "it is not well formed", _ALLOWED) from error
        self._check()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads, sorted."""
        called = {n.func.id for n in ast.walk(self._tree) if _is_call(n)}  # type: ignore[attr-defined]
        names = {n.id for n in ast.walk(self._tree) if isinstance(n, ast.Name)}
        return tuple(sorted(names - called))

    def evaluate(self, columns: Mapping[str, Value], offsets: NDArray[np.int64]) -> Value:
        """Compute it on columns whose particles share `offsets`."""
        with np.errstate(all="ignore"):  # bad values are reported by name afterwards
            return _Evaluation(columns, offsets).visit(self._tree)

    def _check(self) -> None:
        for node in ast.walk(self._tree):
            if _is_call(node):
                name = node.func.id  # type: ignore[attr-defined]
                if name not in _FUNCTIONS and name not in _REDUCTIONS and name != "count":
                    raise ExpressionError(self.text, f"there is no function {name!r}", _ALLOWED)
            elif isinstance(node, ast.Constant):
                if not isinstance(node.value, int | float):
                    raise ExpressionError(self.text, f"{node.value!r} is no number", _ALLOWED)
            elif not isinstance(node, _NODES):
                reason = f"{type(node).__name__} is not in the language"
                raise ExpressionError(self.text, reason, _ALLOWED)


_NODES = (
    ast.BinOp,
    ast.BoolOp,
    ast.Compare,
    ast.Load,
    ast.Name,
    ast.UnaryOp,
    ast.And,
    ast.Or,
    ast.Not,
    ast.USub,
    *_BINARY,
    *_COMPARE,
)


def _is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords


class _Evaluation(ast.NodeVisitor):
    def __init__(self, columns: Mapping[str, Value], offsets: NDArray[np.int64]) -> None:
        self.columns = columns
        self.offsets = offsets

    def visit_Name(self, node: ast.Name) -> Value:  # noqa: N802 - ast's own naming
        return self.columns[node.id]

    def visit_Constant(self, node: ast.Constant) -> Value:  # noqa: N802
        return Value(np.asarray(node.value), is_jagged=False)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Value:  # noqa: N802
        function = np.logical_not if isinstance(node.op, ast.Not) else np.negative
        return self._apply(function, node.operand)

    def visit_BinOp(self, node: ast.BinOp) -> Value:  # noqa: N802
        return self._apply(_BINARY[type(node.op)], node.left, node.right)

    def visit_Compare(self, node: ast.Compare) -> Value:  # noqa: N802
        terms = [node.left, *node.comparators]
        result = self._apply(_COMPARE[type(node.ops[0])], *terms[:2])
        for index, operator in enumerate(node.ops[1:], start=1):
            further = self._apply(_COMPARE[type(operator)], *terms[index : index + 2])
            result = self._combine(np.logical_and, result, further)
        return result

    def visit_BoolOp(self, node: ast.BoolOp) -> Value:  # noqa: N802
        function = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        result = self.visit(node.values[0])
        for term in node.values[1:]:
            result = self._combine(function, result, self.visit(term))
        return result

    def visit_Call(self, node: ast.Call) -> Value:  # noqa: N802
        name = node.func.id  # type: ignore[attr-defined]
        if name in _FUNCTIONS:
            return self._apply(_FUNCTIONS[name], *node.args)
        term = self._per_particle(self.visit(node.args[0]))
        lengths = np.diff(self.offsets)
        if name == "count":
            return Value(lengths, is_jagged=False)
        reduction = _REDUCTIONS[name]
        filled = lengths > 0  # reduceat would give an empty event its neighbour's first value
        result = np.zeros(len(lengths), term.dtype)
        if filled.any():
            result[filled] = reduction.reduceat(term, self.offsets[:-1][filled])
        return Value(result, is_jagged=False)

    def _per_particle(self, value: Value) -> Array:
        if value.is_jagged or value.array.ndim == 0:
            return np.broadcast_to(value.array, self.offsets[-1:] if value.array.ndim == 0 else value.array.shape)
        return np.repeat(value.array, np.diff(self.offsets))

    def _apply(self, function: Callable[..., Array], *terms: ast.expr) -> Value:
        return self._combine(function, *(self.visit(term) for term in terms))

    def _combine(self, function: Callable[..., Array], *values: Value) -> Value:
        is_jagged = any(value.is_jagged for value in values)
        arrays = (
            self._per_particle(v) if is_jagged and v.array.ndim > 0 else v.array for v in values
        )
        return Value(np.asarray(function(*arrays)), is_jagged)
