"""Records that an adapter can read, found by drawing columns and setting aside what is refused."""

import ast
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vierbein.errors.base import VierbeinError
from vierbein.errors.records import BadRecordsError
from vierbein.events.jagged import Jagged, entries_of
from vierbein.events.mapping import P4
from vierbein.events.mapping import Mapping as EventMapping
from vierbein.events.reader import Reader
from vierbein.events.records import Column, Records
from vierbein.events.units import factor
from vierbein.interfaces.adapter import Adapter

FILE: Final = "made records"
_DRAWN: Final = 4000
_MOST_PARTICLES: Final = 6
_PDG: Final = (11, -11, 13, -13, 22, 111, 130, 211, -211, 310, 321, -321, 2112, 2212)
_REDUCTIONS: Final = ("sum", "min", "max", "count")


def made_records(adapter: Adapter, wanted: int, seed: int = 0) -> Records | None:
    """Draw records that an adapter reads and keeps.

    Columns that stand alone for a code hold its codes, one that stands alone for the energy holds
    that of massive particles, and all others hold numbers of several scales and signs, in the
    file's units. Of those drawn the adapter's own answer decides which are kept.

    Parameters
    ----------
    adapter
        Whose mapping says which columns there are.
    wanted
        How many records are enough.
    seed
        Others give other records.

    Returns
    -------
    Records | None
        Among them one without particles, where the adapter keeps such; None if it keeps none.
    """
    mapping = adapter.mapping
    records = Records(_draw(mapping, np.random.default_rng(seed)), FILE)
    refusals = 0
    while len(records) and refusals < _DRAWN:
        try:
            adapter.read(records)
        except BadRecordsError as error:
            records = records.without(np.array(error.entries))
            refusals += 1
        except VierbeinError:
            return None
        else:
            break
    if not len(records):
        return None
    reader = Reader.of(records, mapping.columns(), mapping.units)
    passed = reader.passed(mapping.cuts)
    lengths = np.diff(reader.offsets)[passed]
    chosen = np.concatenate([passed[lengths == 0][:1], passed[lengths > 0]])[:wanted]
    return taken(records, chosen) if (lengths > 0).any() else None


def taken(records: Records, chosen: NDArray[np.int64]) -> Records:
    """Take some records as a file of their own."""

    def take(column: Column) -> Column:
        if not isinstance(column, Jagged):
            return column[chosen]
        entries, offsets = entries_of(column.offsets, chosen)
        return Jagged(column.values[entries], offsets)

    return Records({name: take(column) for name, column in records.columns.items()}, FILE)


def plain_column(text: str) -> str:
    """Give the column that stands alone in an expression, or nothing."""
    node = ast.parse(text.strip(), mode="eval").body
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def _draw(mapping: EventMapping, rng: np.random.Generator) -> dict[str, Column]:
    lengths = rng.integers(0, _MOST_PARTICLES + 1, _DRAWN)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    per_event = _per_event(mapping)
    codes = _codes(mapping)
    columns: dict[str, Column] = {}
    for name in mapping.columns():
        scale = 1 / factor(mapping.units.get(name, "1"), name)
        num = _DRAWN if name in per_event else int(offsets[-1])
        if name in codes:
            values: NDArray[Any] = rng.choice(np.array(codes[name]), num)
        elif mapping.event_id and name == plain_column(mapping.event_id):
            values = rng.permutation(_DRAWN) + 1
        else:
            values = scale * _numbers(rng, lengths, is_jagged=name not in per_event)
        columns[name] = values if name in per_event else Jagged(values, offsets)
    _put_on_shell(mapping, columns, rng)
    return columns


def _numbers(
    rng: np.random.Generator, lengths: NDArray[np.int64], *, is_jagged: bool
) -> NDArray[np.float64]:
    """Draw numbers of one scale and sign an event; half of the events have easy ones, near 1."""
    easy = np.arange(len(lengths)) % 2 == 0
    scale = np.where(easy, 1.0, 10.0 ** rng.integers(-1, 3, len(lengths)))
    signed = ~easy & (rng.random(len(lengths)) < 1 / 3)
    if is_jagged:
        scale, signed = np.repeat(scale, lengths), np.repeat(signed, lengths)
    sign = np.where(signed & (rng.random(len(scale)) < 1 / 2), -1.0, 1.0)
    return sign * scale * rng.uniform(0.5, 1.5, len(scale))


def _put_on_shell(
    mapping: EventMapping, columns: dict[str, Column], rng: np.random.Generator
) -> None:
    """Let a column that stands alone for the energy hold that of massive particles."""
    name = plain_column(mapping.p4["E"])
    energy = columns.get(name)
    if not isinstance(energy, Jagged):
        return
    reader = Reader.of(Records(columns, FILE), mapping.columns(), mapping.units)
    momenta = np.stack([reader.particles(mapping.p4[axis]) for axis in P4[1:]])
    mass = rng.uniform(0.1, 1.0, momenta.shape[1])
    on_shell = np.sqrt((momenta**2).sum(axis=0) + mass**2)
    scale = 1 / factor(mapping.units.get(name, "1"), name)
    columns[name] = Jagged(scale * on_shell, energy.offsets)


def _codes(mapping: EventMapping) -> dict[str, list[int]]:
    """Give the codes of the columns that stand alone for one."""
    coded = [*mapping.features.values(), *mapping.event_features.values(), *mapping.truth.values()]
    found = {plain_column(q.value): [int(key) for key in q.codes] for q in coded if q.codes}
    if mapping.pdg:
        found[plain_column(mapping.pdg.value)] = [int(k) for k in mapping.pdg.codes] or [*_PDG]
    return {name: codes for name, codes in found.items() if name}


def _per_event(mapping: EventMapping) -> set[str]:
    """Name the columns that must have one value an event, by where they are used."""
    texts = [q.value for q in (*mapping.event_features.values(), *mapping.truth.values())]
    texts += [*mapping.cuts, mapping.event_id, mapping.event_weight]
    return {
        name for text in texts if text for name in _outside(ast.parse(text.strip(), mode="eval"))
    }


def _outside(node: ast.AST) -> Iterator[str]:
    """Name the columns that no sum, least or largest over particles holds."""
    if isinstance(node, ast.Name | ast.Attribute):
        yield ast.unparse(node)
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in _REDUCTIONS:
            return
        for argument in node.args:
            yield from _outside(argument)
    else:
        for part in ast.iter_child_nodes(node):
            yield from _outside(part)
