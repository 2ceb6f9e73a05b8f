"""A program that went through JSON computes the same, and says the same."""

import json
from dataclasses import replace

import numpy as np
import pytest

from vierbein.fixed_point.document import from_json, to_json
from vierbein.fixed_point.operations import OPERATIONS, Mean, Quantise
from vierbein.fixed_point.program import Program
from vierbein.testing.made_program import PROGRAMS


def with_mean(seed: int) -> Program:
    sets = PROGRAMS["sets"](seed)
    mean, out = Mean("total", ("each.q",), 0), sets.operations[-1]
    last = replace(out, bias_fraction=out.bias_fraction + 2)
    return replace(sets, operations=(*sets.operations[:2], mean, last))


@pytest.mark.parametrize("make", [*PROGRAMS.values(), with_mean])
def test_there_and_back(make) -> None:
    program = make(2)
    text = json.dumps(to_json(program))
    again = from_json(json.loads(text))
    assert json.dumps(to_json(again)) == text
    assert (again.shape, again.format) == (program.shape, program.format)
    assert [type(each) for each in again.operations] == [type(each) for each in program.operations]
    rng = np.random.default_rng(0)
    words = rng.integers(program.format.lowest, program.format.highest + 1, (30, *program.shape))
    expected, found = program.run(words), again.run(words)
    for name, numbers in expected.items():
        assert np.array_equal(numbers.integers, found[name].integers)
        assert numbers.num_fraction == found[name].num_fraction
        assert program.format_of(name) == again.format_of(name)


def test_every_operation_is_in_some_program() -> None:
    programs = [*(make(0) for make in PROGRAMS.values()), with_mean(0)]
    kinds = {type(each) for program in programs for each in program.operations}
    assert kinds == set(OPERATIONS)
    assert Quantise in kinds
