"""A mapping worked out by hand, one number at a time: the oracle of an adapter's closure test."""

import ast
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from vierbein.events.jagged import Jagged
from vierbein.events.mapping import P4
from vierbein.events.mapping import Mapping as EventMapping
from vierbein.events.quantity import Quantity
from vierbein.events.records import Records
from vierbein.events.units import factor

Number = float
Row = Mapping[str, Any]
"""A number for each column of an event, a list of them for one with a value for each particle."""

_OVER_PARTICLES: Final[Mapping[str, Callable[[list[Number]], Number]]] = MappingProxyType(
    {"sum": math.fsum, "min": min, "max": max}
)
_OF_NUMBERS: Final[Mapping[str, Callable[..., Number]]] = MappingProxyType(
    {
        **{name: getattr(math, name) for name in ("cos", "cosh", "exp", "hypot", "log", "sin")},
        **{name: getattr(math, name) for name in ("sinh", "sqrt", "tanh")},
        "abs": abs,
        "arcsinh": math.asinh,
        "arctan2": math.atan2,
        "maximum": max,
        "minimum": min,
        "sign": lambda x: (x > 0) - (x < 0),
        "where": lambda condition, a, b: a if condition else b,
        "wrap": lambda angle: (angle + math.pi) % (2 * math.pi) - math.pi,
    }
)


@dataclass(frozen=True)
class Event:
    """What one record must become.

    Parameters
    ----------
    record
        Its place among the records.
    p4
        One row a particle, in GeV.
    features
        By name, one number a particle.
    numbers
        Per-event features, truths, id and event weight, by their place in the mapping.
    pdg
        One code a particle, where the mapping gives them.
    """

    record: int
    p4: list[list[Number]]
    features: Mapping[str, list[Number]]
    numbers: Mapping[str, Number]
    pdg: list[Number] | None


def events_of(mapping: EventMapping, records: Records) -> Iterator[Event]:
    """Work out which events a mapping makes of records, in Python's own arithmetic.

    Parameters
    ----------
    mapping
        What an adapter declares.
    records
        Columns in the file's units.

    Yields
    ------
    Event
        One for each record that passes the cuts.
    """
    for index in range(len(records)):
        row = _row(mapping, records, index)
        if not all(_evaluate(cut, row, None) for cut in mapping.cuts):
            continue
        lengths = [len(values) for values in row.values() if isinstance(values, list)]
        kept = range(min(lengths[0], mapping.max_particles or lengths[0]))
        numbers = {
            **{f"event_features.{n}": q for n, q in mapping.event_features.items()},
            **{f"truth.{n}": q for n, q in mapping.truth.items()},
        }
        given = {where: _quantity(q, row, None) for where, q in numbers.items()}
        given["event_weight"] = _evaluate(mapping.event_weight or "1", row, None)
        given["event_id"] = (
            _evaluate(mapping.event_id, row, None) if mapping.event_id else records.numbers[index]
        )
        yield Event(
            index,
            [[_evaluate(mapping.p4[name], row, i) for name in P4] for i in kept],
            {n: [_quantity(q, row, i) for i in kept] for n, q in mapping.features.items()},
            given,
            None if mapping.pdg is None else [_quantity(mapping.pdg, row, i) for i in kept],
        )


def _row(mapping: EventMapping, records: Records, index: int) -> Row:
    row: dict[str, Any] = {}
    for name in mapping.columns():
        column, scale = records[name], factor(mapping.units.get(name, "1"), name)
        if isinstance(column, Jagged):
            values = column.values[column.offsets[index] : column.offsets[index + 1]]
            row[name] = [value * scale if scale != 1 else value for value in values.tolist()]
        else:
            row[name] = column[index].item() * scale if scale != 1 else column[index].item()
    return row


def _quantity(quantity: Quantity, row: Row, particle: int | None) -> Number:
    value = _evaluate(quantity.value, row, particle)
    return quantity.codes[str(int(value))] if quantity.codes else value


def _evaluate(text: str, row: Row, particle: int | None) -> Number:
    return _value(ast.parse(text.strip(), mode="eval").body, row, particle)


def _value(node: ast.expr, row: Row, particle: int | None) -> Number:  # noqa: C901, PLR0911 - a case a node
    match node:
        case ast.Constant(value=number):
            return number  # type: ignore[return-value]
        case ast.Name() | ast.Attribute():
            held = row[ast.unparse(node)]
            return held[particle or 0] if isinstance(held, list) else held  # type: ignore[no-any-return]
        case ast.Call(func=ast.Name(id="count")):
            return next(len(values) for values in row.values() if isinstance(values, list))
        case ast.Call(func=ast.Name(id=name), args=[argument]) if name in _OVER_PARTICLES:
            num = next(len(values) for values in row.values() if isinstance(values, list))
            terms = [_value(argument, row, i) for i in range(num)]
            return _OVER_PARTICLES[name](terms) if terms else 0
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _OF_NUMBERS[name](*(_value(a, row, particle) for a in arguments))
        case ast.BoolOp(op=operator, values=parts):
            joined = all if isinstance(operator, ast.And) else any
            return joined(_value(part, row, particle) for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return not _value(part, row, particle)
        case ast.UnaryOp(operand=part):
            return -_value(part, row, particle)
        case ast.BinOp(left=left, op=operator, right=right):
            return _arithmetic(operator, *(_value(p, row, particle) for p in (left, right)))
        case ast.Compare(left=left, ops=operators, comparators=others):
            terms = [_value(p, row, particle) for p in (left, *others)]
            links = zip(operators, terms[:-1], terms[1:], strict=True)
            return all(_compare(o, a, b) for o, a, b in links)
    raise NotImplementedError(ast.unparse(node))


def _arithmetic(operator: ast.operator, a: Number, b: Number) -> Number:
    match operator:
        case ast.Add():
            return a + b
        case ast.Sub():
            return a - b
        case ast.Mult():
            return a * b
        case ast.Div():
            return a / b
        case _:
            return math.pow(a, b)


def _compare(operator: ast.cmpop, a: Number, b: Number) -> bool:
    match operator:
        case ast.Lt():
            return a < b
        case ast.LtE():
            return a <= b
        case ast.Gt():
            return a > b
        case ast.GtE():
            return a >= b
        case ast.Eq():
            return a == b
        case _:
            return a != b
