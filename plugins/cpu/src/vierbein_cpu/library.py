"""Compiled programs, called by ctypes."""

import ctypes
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray

Words = Int[NDArray[np.int64], "event ..."]


class Call:
    """A compiled program's call on an event, or on a batch, with all memory prepared.

    A crash of it ends this process: only what a worker has run on these words may be called.

    Parameters
    ----------
    library
        Its file.
    description
        As ``io.json`` says.
    words
        In their format.
    """

    def __init__(self, library: Path, description: Mapping[str, Any], words: Words) -> None:
        (given,), (result,) = description["inputs"], description["outputs"]
        num, shape = len(words), result["shape"][1:]
        self._words = np.ascontiguousarray(words, given["type"].removesuffix("_t"))
        self.prediction = np.zeros((num, *shape), result["type"].removesuffix("_t"))
        """Whole numbers of the output's spacings, after a call."""
        functions = ctypes.CDLL(str(library.resolve()))
        self._arguments: tuple[Any, ...] = (_at(self._words), _at(self.prediction))
        self._function = functions.vierbein_predict
        if num != 1:
            self._function = functions.vierbein_predict_batch
            self._arguments += (ctypes.c_int64(num),)
        self._function.restype = None

    def __call__(self) -> None:
        """Compute."""
        self._function(*self._arguments)


def traced(library: Path, description: Mapping[str, Any], words: Words) -> dict[str, Words]:
    """Give every tensor of a program that was compiled so that it writes them out.

    Parameters
    ----------
    library
        Its file.
    description
        As ``io.json`` says.
    words
        In their format.

    Returns
    -------
    dict
        By name, whole numbers of their spacings.
    """
    (given,), (result,) = description["inputs"], description["outputs"]
    shapes = {each["name"]: each["shape"] for each in description["tensors"]}
    sizes = [math.prod(shape) for shape in shapes.values()]
    block = np.ascontiguousarray(words, given["type"].removesuffix("_t"))
    unused = np.zeros(result["shape"][1:], result["type"].removesuffix("_t"))
    kept = np.zeros((len(words), sum(sizes)), np.int64)
    trace = ctypes.CDLL(str(library.resolve())).vierbein_trace
    trace.restype = None
    for event, tensors in zip(block, kept, strict=True):
        trace(_at(event), _at(unused), _at(tensors))
    parts = np.split(kept, np.cumsum(sizes)[:-1], axis=1)
    return {
        name: part.reshape(len(words), *shape)
        for (name, shape), part in zip(shapes.items(), parts, strict=True)
    }


def _at(array: NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
