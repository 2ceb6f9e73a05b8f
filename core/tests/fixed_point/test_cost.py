"""Bit operations, counted by hand."""

from dataclasses import replace

import numpy as np

from vierbein.fixed_point.cost import bit_operations
from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import Dense, Quantise, Sum
from vierbein.fixed_point.program import WORDS, Program


def program(weight: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> Program:
    return Program(
        (4, 2),
        Format(is_signed=True, num_bits=6, num_fraction=3),
        (
            Dense("each", (WORDS,), weight, 2, weight_bits=5),
            Quantise("each.q", ("each",), Format(is_signed=False, num_bits=3, num_fraction=0)),
            Sum("total", ("each.q",), 0),
            Dense("out", ("total",), np.full((3, 1), 15), 0, weight_bits=7),
        ),
    )


def test_by_hand() -> None:
    # 4 particles x 6 weights of 5 bits x 6 bits; then 3 weights of 7 bits x sums up to 4 x 7 = 28.
    assert bit_operations(program(np.full((2, 3), 15))) == 4 * 6 * 5 * 6 + 3 * 7 * 5


def test_zeros_cost_nothing() -> None:
    weight = np.full((2, 3), 15)
    weight[0, 1] = weight[1, 2] = 0
    assert bit_operations(program(weight)) == 4 * 4 * 5 * 6 + 3 * 7 * 5


def test_narrower_weights_cost_less() -> None:
    given = program(np.full((2, 3), 15))
    narrow = replace(given.operations[0], weight_bits=3)
    fewer = bit_operations(given) - bit_operations(
        replace(given, operations=(narrow, *given.operations[1:]))
    )
    assert fewer == 4 * 6 * 2 * 6
