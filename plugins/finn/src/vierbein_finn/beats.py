"""Whole numbers <-> the beats of a stream, as files of 32-bit words."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Int, UInt32
from numpy.typing import NDArray

_WORD = 32


def packed(
    numbers: Int[NDArray[np.int64], "event number"], stream: Mapping[str, Any], num_bits: int
) -> UInt32[NDArray[np.uint32], "beat word"]:
    """Put numbers side by side, the first one into the lowest bits.

    Parameters
    ----------
    numbers
        Of each event, in the order in which they are streamed.
    stream
        How many numbers of how many bits make a beat.
    num_bits
        Of a beat, with its padding.

    Returns
    -------
    UInt32[NDArray[np.uint32], "beat word"]
        Little-endian.
    """
    beats = numbers.reshape(-1, stream["numbers"], 1)
    used = ((beats >> np.arange(stream["bits"])) & 1).astype(np.uint8).reshape(len(beats), -1)
    bits = np.zeros((len(beats), -(-num_bits // _WORD) * _WORD), np.uint8)
    bits[:, : used.shape[1]] = used
    return np.packbits(bits, axis=1, bitorder="little").view("<u4")


def unpacked(
    beats: UInt32[NDArray[np.uint32], "beat word"], stream: Mapping[str, Any], num_events: int
) -> Int[NDArray[np.int64], "event number"]:
    """Take numbers apart again.

    Parameters
    ----------
    beats
        As `packed` makes them.
    stream
        How many numbers of how many bits make a beat, and whether they have a sign.
    num_events
        That the beats belong to.

    Returns
    -------
    Int[NDArray[np.int64], "event number"]
        In the order in which they were streamed.
    """
    bits = np.unpackbits(beats.view(np.uint8), axis=1, bitorder="little").astype(np.int64)
    width, count = stream["bits"], stream["numbers"]
    each = bits[:, : width * count].reshape(-1, width)
    weights = 1 << np.arange(width, dtype=np.int64)
    if stream["is_signed"]:
        weights[-1] *= -1
    numbers: Int[NDArray[np.int64], "event number"] = (each @ weights).reshape(num_events, -1)
    return numbers
