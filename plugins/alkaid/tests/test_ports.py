"""Numbers go into the bits of a port and come out of it as they were."""

import numpy as np
import pytest

from vierbein.fixed_point.format import Format
from vierbein_alkaid.ports import Port

MIXED = Port.of_bits("mixed", [(1, 2, 3), (0, 5, 0), (0, 0, 0), (1, 30, 2), (0, -2, 6)])


def test_numbers_survive() -> None:
    rng = np.random.default_rng(0)
    columns = [rng.integers(each.lowest, each.highest + 1, 50) for each in MIXED.formats]
    integers = np.stack(columns, axis=1)
    spacings = [each.spacing for each in MIXED.formats]
    assert np.array_equal(MIXED.values(MIXED.packed(integers)), integers * spacings)


def test_the_first_number_is_in_the_lowest_bits() -> None:
    port = Port("two", [Format(is_signed=True, num_bits=4, num_fraction=0)] * 2)
    assert port.packed(np.array([[-1, 3]])).tolist() == [[0x3F]]


def test_a_port_wraps_what_does_not_fit() -> None:
    port = Port("one", [Format(is_signed=True, num_bits=4, num_fraction=1)])
    assert port.values(port.packed(np.array([[8], [-9]]))).tolist() == [[-4.0], [3.5]]


@pytest.mark.parametrize(("bits", "num_words"), [(1, 1), (32, 1), (33, 2), (64, 2), (65, 3)])
def test_words_are_counted_as_verilator_does(bits: int, num_words: int) -> None:
    port = Port("x", [Format(is_signed=False, num_bits=1, num_fraction=0)] * bits)
    assert port.num_words == num_words
    assert port.packed(np.ones((2, bits), np.int64)).shape == (2, num_words)


def test_plain_data_hold_it_all() -> None:
    assert Port.from_json(MIXED.to_json()) == MIXED
