"""Folded sums give the same bits."""

from dataclasses import replace

import numpy as np
import pytest

from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import Mean, Reshape, Sum
from vierbein.fixed_point.program import Program
from vierbein.fixed_point.rewrite import without_sums
from vierbein.testing.made_program import PROGRAMS


def words(program: Program) -> np.ndarray:
    grid = program.format
    return np.random.default_rng(5).integers(grid.lowest, grid.highest + 1, (50, *program.shape))


def same(one: Program, other: Program) -> None:
    """Demand the same bits of every tensor, apart from the folded sums."""
    expected, found = one.run(words(one)), other.run(words(one))
    assert list(found) == list(expected)
    folded = {
        new.name
        for old, new in zip(one.operations, other.operations, strict=True)
        if isinstance(old, Sum) and isinstance(new, Reshape)
    }
    for name in set(found) - folded:
        assert found[name].num_fraction == expected[name].num_fraction
        assert np.array_equal(found[name].integers, expected[name].integers), name


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("seed", range(3))
def test_the_made_programs(name: str, seed: int) -> None:
    program = PROGRAMS[name](seed)
    same(program, without_sums(program))


def test_sums_are_gone_where_a_dense_layer_follows() -> None:
    kinds = {type(each) for each in without_sums(PROGRAMS["sets"](0)).operations}
    assert Sum not in kinds
    left = [each.name for each in without_sums(PROGRAMS["interaction"](0)).operations]
    sums = [
        each.name
        for each in without_sums(PROGRAMS["interaction"](0)).operations
        if isinstance(each, Sum)
    ]
    assert sums == ["others"]  # it is kept as an axis
    assert left == [each.name for each in PROGRAMS["interaction"](0).operations]


@pytest.mark.parametrize("axis", [0, -2])
def test_a_mean_is_folded_too(axis: int) -> None:
    sets = PROGRAMS["sets"](1)
    mean, out = Mean("total", ("each.q",), axis), sets.operations[-1]
    finer = replace(out, bias_fraction=out.bias_fraction + 2)
    program = replace(sets, operations=(*sets.operations[:2], mean, finer))
    folded = without_sums(program)
    assert not any(isinstance(each, Sum) for each in folded.operations)
    same(program, folded)


def test_sums_of_another_axis_or_read_twice_or_last_stay() -> None:
    sets = PROGRAMS["sets"](1)
    each, each_q, total, out = sets.operations
    across = replace(total, axis=1)
    assert without_sums(replace(sets, operations=(each, each_q, across))).operations[-1] == across
    last = replace(sets, operations=(each, each_q, total))
    assert without_sums(last).operations[-1] == total
    again = replace(out, name="again", inputs=("total",))
    twice = replace(sets, operations=(each, each_q, total, out, again))
    assert without_sums(twice).operations[2] == total
    same(twice, without_sums(twice))
    assert Format(is_signed=True, num_bits=6, num_fraction=3) == sets.format
