"""Numbers go into beats and come out again, first ones in the lowest bits."""

import numpy as np
import pytest

from vierbein_finn.beats import packed, unpacked


def test_the_first_number_lies_in_the_lowest_bits() -> None:
    stream = {"numbers": 3, "bits": 4, "is_signed": True}
    (beat,) = packed(np.array([[1, -1, -8]]), stream, 16)
    assert beat.tolist() == [0x8F1]


@pytest.mark.parametrize("is_signed", [True, False])
@pytest.mark.parametrize(("numbers", "bits"), [(1, 1), (1, 6), (3, 8), (5, 16), (16, 13)])
def test_what_goes_in_comes_out(numbers: int, bits: int, is_signed: bool) -> None:
    stream = {"numbers": numbers, "bits": bits, "is_signed": is_signed}
    low = -(1 << (bits - 1)) if is_signed else 0
    drawn = np.random.default_rng(0).integers(low, low + (1 << bits), (7, 4 * numbers))
    drawn[0], drawn[1] = low, low + (1 << bits) - 1
    num_bits = -(-numbers * bits // 8) * 8
    beats = packed(drawn, stream, num_bits)
    assert beats.shape == (28, -(-num_bits // 32))
    assert np.array_equal(unpacked(beats, stream, 7), drawn)
