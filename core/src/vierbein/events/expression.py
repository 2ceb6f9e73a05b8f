"""A closed language of arithmetic on columns, so that a mapping needs no code."""

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vierbein.errors.features import ExpressionError

Array = NDArray[Any]


class Value(NamedTuple):
    """An intermediate result: one number a particle, or one an event."""

    array: Array
    is_jagged: bool


def _wrap(angle: Array) -> Array:
    wrapped: Array = (angle + np.pi) % (2 * np.pi) - np.pi
    return wrapped


_FUNCTIONS: Final[dict[str, Callable[..., Array]]] = {
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
_NUM_ARGUMENTS: Final = {"arctan2": 2, "hypot": 2, "maximum": 2, "minimum": 2, "where": 3}
"""Every other function takes one; numpy would write its result into a further one."""
_REDUCTIONS: Final[dict[str, np.ufunc]] = {"max": np.maximum, "min": np.minimum, "sum": np.add}
_CALLS: Final = frozenset({*_FUNCTIONS, *_REDUCTIONS, "count"})
_OPERATORS: Final[dict[type[ast.AST], np.ufunc]] = {
    ast.Add: np.add,
    ast.And: np.logical_and,
    ast.Div: np.true_divide,
    ast.Eq: np.equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Mult: np.multiply,
    ast.Not: np.logical_not,
    ast.NotEq: np.not_equal,
    ast.Or: np.logical_or,
    ast.Pow: np.float_power,  # np.power refuses whole numbers to negative powers
    ast.Sub: np.subtract,
    ast.USub: np.negative,
}
_COMPOUND: Final = (ast.BinOp, ast.BoolOp, ast.Compare, ast.UnaryOp)
_DEEPEST: Final = 50
_LARGEST: Final = 2**63
_ALLOWED: Final = (
    "columns (a.b is the column 'a.b'), numbers, + - * / **, comparisons, and, or, not, "
    + ", ".join(sorted(_FUNCTIONS))
    + ", and over an event's particles "
    + ", ".join(sorted([*_REDUCTIONS, "count"]))
)


class Expression:
    """One expression of the closed language, parsed once.

    A per-event column meets a per-particle one by being repeated for each particle. `sum`, `min`,
    `max` and `count` go from particles to their event, and give 0 for an event without particles.
    `wrap` brings an angle into [-pi, pi). Arithmetic is in 64 bits, and what is true is 1.

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
            self._tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise _refusal(self.text, "it is not well formed") from error
        self.columns = tuple(sorted(set(self._read(self._tree, 0))))
        """The columns that it reads, sorted."""

    def evaluate(self, columns: Mapping[str, Value], offsets: NDArray[np.int64]) -> Value:
        """Compute it on columns whose particles share `offsets`."""
        with np.errstate(all="ignore"):  # bad values are reported by name afterwards
            return _Evaluation(columns, offsets).value(self._tree)

    def _read(self, node: ast.AST, depth: int) -> Iterator[str]:
        """Give the columns below a node, and refuse what is not in the language."""
        parts: list[ast.AST] = [*ast.iter_child_nodes(node)]
        if depth > _DEEPEST:
            raise _refusal(self.text, f"it is nested more than {_DEEPEST} deep")
        if path := _path(node):
            if any(part.startswith("__") for part in path.split(".")):
                raise _refusal(self.text, f"{path!r} is no column")
            parts = []
            yield path
        elif isinstance(node, ast.Call):
            self._check_call(node)
            parts = [*node.args]
        elif isinstance(node, ast.Constant):
            value = node.value
            if type(value) not in {int, float} or not abs(value) < _LARGEST:  # type: ignore[arg-type]
                raise _refusal(self.text, f"{value!r} is no number")
        elif not isinstance(node, _COMPOUND) and type(node) not in _OPERATORS:
            raise _refusal(self.text, f"{type(node).__name__} is not in the language")
        for part in parts:
            yield from self._read(part, depth + 1)

    def _check_call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if name not in _CALLS:
            raise _refusal(self.text, f"there is no function {name!r}")
        num = _NUM_ARGUMENTS.get(name, 1)
        if node.keywords or len(node.args) != num:
            raise _refusal(
                self.text, f"{name} takes {num} argument{'s' * (num > 1)}, without names"
            )


def _refusal(text: str, reason: str) -> ExpressionError:
    return ExpressionError(text, reason, _ALLOWED)


def _path(node: ast.AST) -> str:
    """Give the column that a node names; `a.b` is one name, nothing is looked up in an object."""
    if isinstance(node, ast.Attribute) and (owner := _path(node.value)):
        return f"{owner}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


class _Evaluation:
    """The walk over a tree that `Expression` has already found to be in the language."""

    def __init__(self, columns: Mapping[str, Value], offsets: NDArray[np.int64]) -> None:
        self.columns = columns
        self.offsets = offsets

    def value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=number):
                result = Value(np.asarray(number), is_jagged=False)
            case ast.UnaryOp(op=operator, operand=operand):
                result = self._combine(_OPERATORS[type(operator)], self.value(operand))
            case ast.BinOp(left=a, op=operator, right=b):
                result = self._combine(_OPERATORS[type(operator)], self.value(a), self.value(b))
            case ast.BoolOp(op=operator, values=nodes):
                result = self._chain(_OPERATORS[type(operator)], [self.value(n) for n in nodes])
            case ast.Compare(left=first, ops=operators, comparators=further):
                terms = [self.value(n) for n in (first, *further)]
                links = zip(operators, terms[:-1], terms[1:], strict=True)
                holds = [self._combine(_OPERATORS[type(o)], a, b) for o, a, b in links]
                result = self._chain(np.logical_and, holds)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                result = self._call(name, [self.value(n) for n in arguments])
            case _:
                column = self.columns[_path(node)]
                kind = np.float64 if column.array.dtype.kind == "f" else np.int64
                result = Value(column.array.astype(kind, copy=False), column.is_jagged)
        return result

    def _call(self, name: str, arguments: list[Value]) -> Value:
        if name in _FUNCTIONS:
            return self._combine(_FUNCTIONS[name], *arguments)
        lengths = np.diff(self.offsets)
        if name == "count":
            return Value(lengths, is_jagged=False)
        terms = self._per_particle(arguments[0])
        filled = lengths > 0  # reduceat would give an empty event its neighbour's first value
        result = np.zeros(len(lengths), terms.dtype)
        if filled.any():
            result[filled] = _REDUCTIONS[name].reduceat(terms, self.offsets[:-1][filled])
        return Value(result, is_jagged=False)

    def _per_particle(self, value: Value) -> Array:
        if value.is_jagged:
            return value.array
        if value.array.ndim == 0:
            return np.broadcast_to(value.array, (int(self.offsets[-1]),))
        return np.repeat(value.array, np.diff(self.offsets))

    def _chain(self, function: Callable[..., Array], values: list[Value]) -> Value:
        result = values[0]
        for value in values[1:]:
            result = self._combine(function, result, value)
        return result

    def _combine(self, function: Callable[..., Array], *values: Value) -> Value:
        is_jagged = any(value.is_jagged for value in values)
        arrays = (
            self._per_particle(v) if is_jagged and v.array.ndim > 0 else v.array for v in values
        )
        result = np.asarray(function(*arrays))
        # Truth values are numbers here, so that they can be summed and subtracted.
        return Value(result.astype(np.int64) if result.dtype == bool else result, is_jagged)
