"""Time and rate of a graph against eager torch."""

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from vierbein.events.batch import EventBatch
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.merge import merged
from vierbein.interfaces.network import Network, PaddedNetwork
from vierbein.interfaces.verification import INPUTS, OUTPUTS
from vierbein_cpu.timing import interleaved

ONNX_RUNTIME, EAGER = "ONNX Runtime", "eager torch"

Times = Float[NDArray[np.float64], " round"]


def speed(
    graph: InferenceSession, network: Network, example: EventBatch, batch_size: int
) -> list[Figure]:
    """Measure both on one thread, with the same padded tensors, in turn.

    Parameters
    ----------
    graph
        What the network was lowered to, on one thread.
    network
        What tuners added to it is baked in for eager torch as well.
    example
        Events that the batch is taken from, over again if they are too few.
    batch_size
        Events in the batch.

    Returns
    -------
    list
        Time a batch and events a second of each, and how many times faster the graph is: medians
        of the rounds, with their least and largest.
    """
    eager = PaddedNetwork(merged(network).cpu().eval(), example.schema)
    padded = example.to("cpu").take(torch.arange(batch_size) % len(example)).padded
    blocks = (padded.p4, padded.features, padded.mask)
    arrays = {name: block.numpy() for name, block in zip(INPUTS, blocks, strict=True)}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            times = interleaved(
                {
                    ONNX_RUNTIME: lambda: graph.run(OUTPUTS, arrays),
                    EAGER: lambda: eager(*blocks),
                }
            )
    finally:
        torch.set_num_threads(threads)
    what = f"batch of {batch_size}"
    figures = []
    for name, seconds in times.items():
        figures += [
            _figure(f"latency, {what}, {name}", 1e6 * seconds, "us"),
            _figure(f"rate, {what}, {name}", batch_size / seconds, "events/s"),
        ]
    gain = times[EAGER] / times[ONNX_RUNTIME]
    return [*figures, _figure(f"speed-up over {EAGER}, {what}", gain, "1")]


def _figure(name: str, rounds: Times, unit: str) -> Figure:
    low, middle, high = (float(value) for value in np.quantile(rounds, (0.0, 0.5, 1.0)))
    return Figure(name, middle, low, high, unit, "measured")
