"""Time and rate of a graph against eager torch."""

import torch
from onnxruntime import InferenceSession

from vierbein.events.batch import EventBatch
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.merge import merged
from vierbein.interfaces.network import Network, PaddedNetwork
from vierbein.interfaces.verification import INPUTS, OUTPUTS
from vierbein_cpu.timing import compared, interleaved, one_thread

ONNX_RUNTIME, EAGER = "ONNX Runtime", "eager torch"


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
    with one_thread():
        times = interleaved(
            {
                ONNX_RUNTIME: lambda: graph.run(OUTPUTS, arrays),
                EAGER: lambda: eager(*blocks),
            }
        )
    return compared(times, batch_size)
