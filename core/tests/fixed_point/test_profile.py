"""The exact profile finds every planted violation, names its layer, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import Dense, Mean, Operation, Quantise, Sum
from vierbein.fixed_point.profile import EXACT_BITS, check_profile
from vierbein.fixed_point.program import WORDS, Program
from vierbein.fixed_point.rewrite import without_sums
from vierbein.testing.made_program import PROGRAMS

WORD = Format(is_signed=True, num_bits=6, num_fraction=3)
HIDDEN = Format(is_signed=False, num_bits=5, num_fraction=2)
WEIGHT = np.random.default_rng(3).integers(-7, 8, (3, 3))
ODD = np.array([1, 3, -5])


def dense(name: str, given: str, fraction: int, bias: np.ndarray = ODD) -> Dense:
    """Make a layer of an input on a grid, its bias on a grid twice as fine as the products'."""
    return Dense(name, (given,), WEIGHT, 2, bias, fraction + 3)


def findings(*operations: Operation) -> list[tuple[str, str]]:
    program = Program((4, 3), WORD, operations)
    return [(each.layer, each.rule) for each in check_profile(program)]


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("seed", range(3))
def test_the_made_programs_keep_it_with_and_without_sums(name: str, seed: int) -> None:
    program = PROGRAMS[name](seed)
    assert check_profile(program) == []
    assert check_profile(without_sums(program)) == []


def test_ties_are_found_where_a_bias_is_even() -> None:
    quantise = Quantise("a.q", ("a",), HIDDEN)
    assert findings(dense("a", WORDS, 3), quantise) == []
    assert findings(dense("a", WORDS, 3, np.array([1, 2, 3])), quantise) == [("a.q", "ties")]
    without = replace(dense("a", WORDS, 3), bias=None, bias_fraction=0)
    assert findings(without, quantise) == [("a.q", "ties")]


@pytest.mark.parametrize("dropped", [0, 1, 2, 3])
@pytest.mark.parametrize("bias", [np.array([1, 3, -5]), np.array([2, 4, -6]), np.array([1, 2, 3])])
def test_ties_are_found_if_and_only_if_roundings_can_differ(dropped: int, bias: np.ndarray) -> None:
    # By trial: half to even, half upwards, and half away from zero, for many words.
    layer = dense("a", WORDS, 3, bias)
    grid = Format(is_signed=True, num_bits=20, num_fraction=layer.bias_fraction - dropped)
    words = np.random.default_rng(1).integers(WORD.lowest, WORD.highest + 1, (4000, 4, 3))
    program = Program((4, 3), WORD, (layer, Quantise("a.q", ("a",), grid)))
    scaled = program.run(words)["a"].values / grid.spacing
    even, upwards = np.round(scaled), np.floor(scaled + 0.5)
    away = np.sign(scaled) * np.floor(np.abs(scaled) + 0.5)
    is_exact = np.array_equal(even, upwards) and np.array_equal(even, away)
    assert (check_profile(program) == []) is is_exact


def test_a_requantised_mean_is_found_and_a_dense_layer_mends_it() -> None:
    mean = Mean("pooled", ("a.q",), 0)
    before = (dense("a", WORDS, 3), Quantise("a.q", ("a",), HIDDEN), mean)
    assert findings(*before, Quantise("b", ("pooled",), HIDDEN)) == [("b", "mean")]
    mended = (dense("b", "pooled", 4), Quantise("b.q", ("b",), HIDDEN))
    assert findings(*before, *mended) == []


def test_an_accumulator_that_floats_cannot_hold_is_found() -> None:
    for power, expected in ((17, []), (18, [("a", "accumulator")])):
        weight = np.full((3, 1), 1 << power)  # 3 * 32 * 2^18 > 2^24
        assert findings(Dense("a", (WORDS,), weight, 2)) == expected
    assert np.finfo(np.float32).nmant + 1 == EXACT_BITS


def test_an_accumulator_that_is_multiplied_is_found() -> None:
    wide = dense("a", WORDS, 3), Sum("s", ("a",), 0)
    assert findings(*wide, dense("b", "s", 6)) == []  # sums of few bits may be multiplied
    heavy = replace(dense("a", WORDS, 3), weight=WEIGHT << 8)
    assert ("b", "unquantised") in findings(heavy, dense("b", "a", 6))


def test_a_finding_is_one_line_with_a_cure() -> None:
    even = dense("a", WORDS, 3, np.array([2, 2, 2]))
    program = Program((4, 3), WORD, (even, Quantise("a.q", ("a",), HIDDEN)))
    (finding,) = check_profile(program)
    assert str(finding).startswith("a.q: ties: numbers may lie half-way")
    assert "snap the biases" in str(finding)
    assert "\n" not in str(finding)
