"""Every operation gives what one computes by hand."""

import numpy as np
import pytest

from vierbein.errors.fixed_point import UnequalAxesError, UnknownTensorError
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
from vierbein.testing.made_program import PROGRAMS

EVENT = [[1, -2], [3, -4]]
"""Two particles of two features, in halves."""


def computed(operation: Operation, *others: Numbers) -> Numbers:
    return operation.compute(Numbers(np.array([EVENT]), 1), *others)


def test_a_dense_layer_multiplies_on_the_products_grid() -> None:
    weight = np.array([[1, 2, -3], [4, 0, 5]])  # quarters
    found = computed(Dense("d", (WORDS,), weight, 2))
    # (0.5, -1) . ((0.25, 0.5, -0.75), (1, 0, 1.25))
    assert found.num_fraction == 3
    assert found.values[0].tolist() == [[-0.875, 0.25, -1.625], [-1.625, 0.75, -3.625]]


def test_a_bias_stands_on_a_grid_of_its_own() -> None:
    weight = np.array([[1], [4]])
    found = computed(Dense("d", (WORDS,), weight, 2, np.array([3]), 5))
    assert found.num_fraction == 5
    assert found.values[0].ravel().tolist() == [-0.875 + 3 / 32, -1.625 + 3 / 32]


def test_a_quantiser_rounds_its_input() -> None:
    found = computed(Quantise("q", (WORDS,), Format(is_signed=True, num_bits=2, num_fraction=0)))
    # 0.5 -> 0, -1 -> -1, 1.5 -> 2 -> the highest, 1; -2 -> -2
    assert found.integers[0].tolist() == [[0, -1], [1, -2]]


@pytest.mark.parametrize("axis", [0, 1, -1, -2])
def test_sum_mean_and_max_are_over_the_axis_counted_without_events(axis: int) -> None:
    values = np.array(EVENT) / 2
    for operation, expected in (
        (Sum("s", (WORDS,), axis), values.sum(axis)),
        (Mean("m", (WORDS,), axis), values.mean(axis)),
        (Max("x", (WORDS,), axis), values.max(axis)),
    ):
        assert computed(operation).values[0].tolist() == expected.tolist()
    kept = computed(Sum("s", (WORDS,), axis, is_kept=True)).values[0]
    assert kept.tolist() == values.sum(axis, keepdims=True).tolist()


def test_a_mean_of_three_is_no_fixed_point_number() -> None:
    with pytest.raises(ValueError, match="3"):
        Mean("m", (WORDS,), 0).compute(Numbers(np.ones((1, 3, 2), np.int64), 0))


def test_addition_is_on_the_finer_grid_and_stretches_axes() -> None:
    total = Numbers(np.array([[[1, 3]]]), 3)  # eighths, one row
    found = computed(Add("a", (WORDS, "t")), total)
    assert found.values[0].tolist() == [[0.625, -0.625], [1.625, -1.625]]


def test_addition_never_stretches_the_axis_of_events() -> None:
    row, add = Numbers(np.array([[1, 3]] * 2), 1), Add("a", (WORDS, "r"))
    given = Numbers(np.array([EVENT] * 2), 1)  # two events of two particles: numpy would add them
    with pytest.raises(UnequalAxesError, match=r"'a' has tensors of shapes \(2, 2\) and \(2,\)"):
        add.compute(given, row)
    program = Program(
        (2, 2), Format(is_signed=True, num_bits=4, num_fraction=1), (Sum("r", (WORDS,), 0), add)
    )
    with pytest.raises(UnequalAxesError):
        _ = program.bounds


def test_concatenation_is_on_the_finest_grid() -> None:
    other = Numbers(np.array([[[1], [-1]]]), 2)
    found = computed(Concatenate("c", (WORDS, "o"), -1), other)
    assert found.values[0].tolist() == [[0.5, -1.0, 0.25], [1.5, -2.0, -0.25]]
    first = computed(Concatenate("c", (WORDS, "w"), 0), Numbers(np.array([EVENT]), 1))
    assert first.integers[0].tolist() == EVENT + EVENT


def test_moves() -> None:
    assert computed(Take("t", (WORDS,), (1, 0, 1))).integers[0].tolist() == [
        EVENT[1],
        EVENT[0],
        EVENT[1],
    ]
    assert computed(Take("t", (WORDS,), (1,), -1)).integers[0].tolist() == [[-2], [-4]]
    assert computed(Transpose("t", (WORDS,), (1, 0))).integers[0].tolist() == [[1, 3], [-2, -4]]
    assert computed(Reshape("r", (WORDS,), (4,))).integers[0].tolist() == [1, -2, 3, -4]
    alone = Sum("s", ("r",), 0, is_kept=True).compute(computed(Reshape("r", (WORDS,), (4,))))
    assert Reshape("n", ("s",), ()).compute(alone).integers.tolist() == [-2]


def test_a_program_gives_every_tensor_in_order_and_events_do_not_mix() -> None:
    for make in PROGRAMS.values():
        program = make(0)
        rng = np.random.default_rng(1)
        words = rng.integers(program.format.lowest, program.format.highest + 1, (5, *program.shape))
        found = program.run(words)
        assert list(found) == [WORDS, *(each.name for each in program.operations)]
        for one in range(5):
            alone = program.run(words[one : one + 1])
            assert all(np.array_equal(alone[n].values[0], found[n].values[one]) for n in found)
        for name, numbers in found.items():
            assert numbers.integers.shape[1:] == program.shape_of(name)


def test_sums_do_not_see_the_order_of_particles() -> None:
    for name in ("sets", "largest", "interaction", "pairs"):
        program = PROGRAMS[name](3)
        rng = np.random.default_rng(2)
        words = rng.integers(program.format.lowest, program.format.highest + 1, (9, *program.shape))
        turned = words[:, rng.permutation(program.shape[0])]
        assert np.array_equal(program.predict(words).values, program.predict(turned).values), name


def test_operations_out_of_order_are_refused() -> None:
    first, second = Sum("total", ("each",), 0), Dense("each", (WORDS,), np.ones((2, 2), int), 0)
    word = Format(is_signed=True, num_bits=4, num_fraction=0)
    with pytest.raises(UnknownTensorError, match=r"'total' reads 'each'.*\n.*words\n.*order"):
        Program((2, 2), word, (first, second))
