"""Time and rate of generated C against eager torch and ONNX Runtime."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int
from numpy.typing import NDArray

from vierbein.fixed_point.program import Program
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.fixed_point import FixedPointNetwork
from vierbein_cpu.library import Call
from vierbein_cpu.timing import compared, interleaved, of_rounds, one_thread

GENERATED, EAGER, ONNX_RUNTIME = "generated C", "eager torch", "ONNX Runtime"
ALONE = 1000
"""Calls from C, one an event, that the latency of one is taken from."""

Words = Int[NDArray[np.int64], "event particle feature"]


def generated_speed(
    library: Path, description: Path, network: FixedPointNetwork, words: Words, batch_size: int
) -> list[Figure]:
    """Measure all on one thread, with the same words, in turn.

    Eager torch is the network's own arithmetic of fixed-point numbers. ONNX Runtime, where it is
    installed, computes the same layers without rounding, which is faster. All three are called from
    Python; the latency that bears no other name is that of the C function, called from C.

    Parameters
    ----------
    library
        What the network was compiled to; a worker has run it on these words before.
    description
        Its ``io.json``.
    network
        The same.
    words
        Of at least one event; taken over again if they are too few.
    batch_size
        Events in the larger batch.

    Returns
    -------
    list
        Medians of the rounds, with their least and largest.
    """
    said = json.loads(description.read_text(encoding="utf-8"))
    alone = Call(library, said, words[np.arange(ALONE) % len(words)])
    figures = []
    for num in sorted({1, batch_size}):
        chosen = words[np.arange(num) % len(words)]
        functions: dict[str, Callable[[], object]] = {GENERATED: Call(library, said, chosen)}
        functions |= {EAGER: _eager(network, chosen)} | _onnx_runtime(network.program(), chosen)
        with one_thread():
            times = interleaved({**functions, "": alone} if num == 1 else functions)
        if num == 1:
            figures.append(of_rounds("latency", 1e9 / ALONE * times.pop(""), "ns"))
        figures += compared(times, num)
    return figures


def _eager(network: FixedPointNetwork, words: Words) -> Callable[[], object]:
    given = torch.from_numpy(words)
    return lambda: network.from_words(given)


def _onnx_runtime(program: Program, words: Words) -> dict[str, Callable[[], object]]:
    if not all(find_spec(name) for name in ("onnx", "onnxruntime")):
        return {}
    from vierbein_cpu.float_graph import INPUT, float_graph  # noqa: PLC0415
    from vierbein_cpu.session import session  # noqa: PLC0415

    graph = session(float_graph(program).SerializeToString())
    values = {INPUT: (words * program.format.spacing).astype(np.float32)}
    return {ONNX_RUNTIME: lambda: graph.run(None, values)}
