"""Bounds and parities hold for every input, and are attained where they can be."""

from itertools import product

import numpy as np
import pytest

from vierbein.errors.fixed_point import CoarserGridError
from vierbein.fixed_point.format import Format, Numbers
from vierbein.fixed_point.operations import (
    Add,
    Concatenate,
    Dense,
    Max,
    Mean,
    Operation,
    Quantise,
    Reshape,
    Sum,
    Take,
    Transpose,
)
from vierbein.fixed_point.program import WORDS, Program

SHAPE = (2, 2)
SIGNED = Format(is_signed=True, num_bits=3, num_fraction=1)
UNSIGNED = Format(is_signed=False, num_bits=2, num_fraction=1)
HIDDEN = Format(is_signed=False, num_bits=2, num_fraction=0)
ROUNDED = Format(is_signed=True, num_bits=3, num_fraction=0)

RNG = np.random.default_rng(4)
WEIGHT = RNG.integers(-3, 4, (2, 3))
ODD, MIXED = np.array([1, -3, 5]), np.array([1, 2, -3])


def every_input(program: Program) -> np.ndarray:
    grid = range(program.format.lowest, program.format.highest + 1)
    return np.array(list(product(grid, repeat=4))).reshape(-1, *SHAPE)


CHAINS: dict[str, tuple[Operation, ...]] = {
    "dense": (Dense("a", (WORDS,), WEIGHT, 1),),
    "odd biases": (Dense("a", (WORDS,), WEIGHT, 1, ODD, 3), Sum("b", ("a",), 0)),
    "mixed biases": (Dense("a", (WORDS,), WEIGHT, 1, MIXED, 3), Max("b", ("a",), 0)),
    "biases on the products' grid": (Dense("a", (WORDS,), WEIGHT, 1, ODD, 2),),
    "rounded": (
        Dense("a", (WORDS,), WEIGHT, 1, ODD, 3),
        Quantise("b", ("a",), HIDDEN),
        Dense("c", ("b",), WEIGHT.T @ WEIGHT, 0, ODD, 1),
        Quantise("d", ("c",), ROUNDED),
    ),
    "pooled": (
        Dense("a", (WORDS,), WEIGHT, 1, ODD, 3),
        Max("b", ("a",), 0),
        Mean("c", ("a",), 0),
        Add("d", ("b", "c")),
        Concatenate("e", ("b", "d"), 0),
    ),
    "odd numbers of odd numbers": (
        Dense("a", (WORDS,), WEIGHT, 1, ODD, 3),
        Sum("b", ("a",), 1),
        Concatenate("c", ("b", "b", "b"), 0),
        Sum("d", ("c",), 0),
    ),
    "kept": (
        Sum("a", (WORDS,), 0, is_kept=True),
        Dense("b", ("a",), WEIGHT, 1),
        Dense("c", (WORDS,), WEIGHT, 1, ODD, 3),
        Add("d", ("b", "c")),
        Add("e", ("c", "c")),
    ),
    "moved": (
        Take("a", (WORDS,), (1, 1, 0), 0),
        Transpose("b", ("a",), (1, 0)),
        Reshape("c", ("b",), (6,)),
        Sum("d", ("c",), -1),
    ),
}


@pytest.mark.parametrize("word", [SIGNED, UNSIGNED], ids=["signed", "unsigned"])
@pytest.mark.parametrize("chain", CHAINS)
def test_bounds_and_parities_hold_for_every_input(chain: str, word: Format) -> None:
    program = Program(SHAPE, word, CHAINS[chain])
    for name, numbers in program.run(every_input(program)).items():
        bounds = program.bounds[name]
        assert numbers.num_fraction == bounds.num_fraction
        assert (bounds.lowest <= numbers.integers.min(0)).all(), name
        assert (bounds.highest >= numbers.integers.max(0)).all(), name
        found = set(np.unique(numbers.integers & 1).tolist())
        assert bounds.parity is None or found == {bounds.parity}, name


@pytest.mark.parametrize("word", [SIGNED, UNSIGNED], ids=["signed", "unsigned"])
@pytest.mark.parametrize(
    ("chain", "tensors"),
    {
        "dense": "a",
        "odd biases": "ab",
        "mixed biases": "ab",
        "biases on the products' grid": "a",
        "rounded": "ab",
        "moved": "abcd",
    }.items(),
)
def test_bounds_are_attained_where_inputs_are_free(chain: str, tensors: str, word: Format) -> None:
    program = Program(SHAPE, word, CHAINS[chain])
    found = program.run(every_input(program))
    for name in tensors:
        bounds, integers = program.bounds[name], found[name].integers
        assert np.array_equal(bounds.lowest, integers.min(0)), name
        assert np.array_equal(bounds.highest, integers.max(0)), name


def test_parities_are_known_where_biases_give_them() -> None:
    known = {
        ("odd biases", "a"): 1,
        ("odd biases", "b"): 0,
        ("mixed biases", "a"): None,
        ("biases on the products' grid", "a"): None,
        ("rounded", "c"): 1,
        ("pooled", "b"): 1,
        ("odd numbers of odd numbers", "b"): 1,  # three of them
        ("odd numbers of odd numbers", "d"): 0,  # six
        ("kept", "d"): 1,
        ("kept", "e"): 0,
    }
    for (chain, name), parity in known.items():
        assert Program(SHAPE, SIGNED, CHAINS[chain]).bounds[name].parity == parity, (chain, name)


@pytest.mark.parametrize("word", [SIGNED, UNSIGNED], ids=["signed", "unsigned"])
def test_the_narrowest_format_holds_every_number_and_no_narrower_one_does(word: Format) -> None:
    program = Program(SHAPE, word, CHAINS["mixed biases"])
    integers = program.run(every_input(program))["a"].integers
    found = program.format_of("a")
    assert found.is_signed == bool(integers.min() < 0)
    assert found.lowest <= integers.min()
    assert integers.max() <= found.highest
    narrower = Format(found.is_signed, found.num_bits - 1, found.num_fraction)
    assert not (narrower.lowest <= integers.min() and integers.max() <= narrower.highest)
    assert program.format_of(WORDS) == word


def test_a_bias_on_a_coarser_grid_than_the_products_is_refused() -> None:
    program = Program(SHAPE, SIGNED, (Dense("a", (WORDS,), WEIGHT, 1, ODD, 1),))
    with pytest.raises(CoarserGridError, match="fraction bits"):
        _ = program.bounds
    with pytest.raises(CoarserGridError, match="fraction bits"):
        program.predict(np.ones((1, *SHAPE), np.int64))


def test_zero_is_a_number_of_one_bit() -> None:
    program = Program(SHAPE, SIGNED, (Dense("a", (WORDS,), np.zeros((2, 1), np.int64), 0),))
    assert program.format_of("a") == Format(is_signed=False, num_bits=1, num_fraction=1)
    assert Numbers(np.array([0]), 1).values.tolist() == [0.0]
