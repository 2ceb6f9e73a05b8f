"""A rewritten program has only operations that hls4ml converts, and the same bits by every name."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import (
    Add,
    Concatenate,
    Dense,
    Max,
    Mean,
    Quantise,
    Reshape,
    Sum,
    Take,
    Transpose,
)
from vierbein.fixed_point.program import WORDS, Program
from vierbein.testing.made_program import PROGRAMS
from vierbein_hls4ml.rewrite import digestible, lacking

WORD = Format(is_signed=True, num_bits=4, num_fraction=1)


def same(program: Program) -> Program:
    rewritten = digestible(program)
    grid = program.format
    words = np.random.default_rng(3).integers(grid.lowest, grid.highest + 1, (30, *program.shape))
    expected, found = program.run(words), rewritten.run(words)
    for name, numbers in expected.items():
        assert np.array_equal(numbers.values, found[name].values), name
        assert rewritten.format_of(name) == program.format_of(name), name
    return rewritten


def is_digestible(program: Program) -> bool:
    for operation in program.operations:
        shapes = [program.shape_of(name) for name in operation.inputs]
        match operation:
            case Dense():
                fits = len(shapes[0]) == 2
            case Max():
                fits = len(shapes[0]) == 3 and operation.axis == 1 and operation.is_kept
            case Add():
                fits = shapes[0] == shapes[1]
            case Concatenate():
                fits = len(shapes) == 2 and operation.axis >= 0
            case _:
                fits = isinstance(operation, Quantise | Transpose | Reshape)
        if not fits:
            return False
    return True


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_made_programs(name: str) -> None:
    assert is_digestible(same(PROGRAMS[name](2)))
    assert lacking(PROGRAMS[name](2)) == []


CASES = {
    "sum of each axis": [
        Sum("a", (WORDS,), 0),
        Sum("b", (WORDS,), 1),
        Sum("c", (WORDS,), -1, is_kept=True),
        Sum("d", (WORDS,), -2, is_kept=True),
    ],
    "mean of each axis": [Mean("a", (WORDS,), 0), Mean("b", (WORDS,), 0, is_kept=True)],
    "largest of each axis": [
        Max("a", (WORDS,), 0),
        Max("b", (WORDS,), 1),
        Max("c", (WORDS,), -1, is_kept=True),
        Max("d", ("a",), 0),
        Max("e", (WORDS,), 0, is_kept=True),
    ],
    "choices": [
        Take("a", (WORDS,), (3, 0, 0), 0),
        Take("b", (WORDS,), (2,), -1),
        Sum("s", (WORDS,), 0),
        Take("c", ("s",), (1, 1, 2, 0), 0),
    ],
    "stretched": [
        Sum("a", (WORDS,), 0, is_kept=True),
        Sum("b", (WORDS,), 1, is_kept=True),
        Add("c", ("a", WORDS)),
        Add("d", ("a", "b")),
    ],
    "joined": [
        Concatenate("a", (WORDS, WORDS, WORDS), 0),
        Concatenate("b", (WORDS, WORDS), -1),
        Sum("s", (WORDS,), 0),
        Concatenate("c", ("s", "s", "s"), 0),
    ],
    "three axes": [
        Reshape("a", (WORDS,), (2, 2, 3)),
        Sum("b", ("a",), 0),
        Max("c", ("a",), 0),
        Max("d", ("a",), 1),
        Max("e", ("a",), 2),
        Take("f", ("a",), (1, 0, 1), 1),
        Dense("g", ("a",), np.array([[1, 2], [3, -4], [0, 1]]), 1),
        Transpose("h", ("a",), (2, 0, 1)),
        Concatenate("i", ("a", "a"), 1),
    ],
}


@pytest.mark.parametrize("case", CASES)
def test_every_axis(case: str) -> None:
    program = Program((4, 3), WORD, tuple(CASES[case]))
    assert is_digestible(same(program))
    assert lacking(program) == []


def test_names_do_not_meet() -> None:
    names = [each.name for each in digestible(PROGRAMS["pairs"](0)).operations]
    assert len(set(names)) == len(names)


def test_more_axes_than_hls4ml_moves_are_named() -> None:
    four = Reshape("four", (WORDS,), (2, 2, 3, 1))
    turned = Transpose("turned", ("four",), (3, 2, 1, 0))
    flat = Reshape("flat", ("turned",), (12,))
    (said,) = lacking(Program((4, 3), WORD, (four, turned, flat)))
    assert said.startswith("turned: Transpose over 4 axes")
    assert "reshaping" in said


@dataclass(frozen=True)
class Softmax(Sum):
    """An operation that somebody added."""


def test_operations_of_others_are_named() -> None:
    sets = PROGRAMS["sets"](0)
    *before, total, out = sets.operations
    other = Softmax("shares", total.inputs, 0)
    program = replace(sets, operations=(*before, other, replace(out, inputs=("shares",))))
    (said,) = lacking(program)
    assert said.startswith("shares: hls4ml has no Softmax")
