"""A network -> an ONNX graph whose numbers of events and slots are free."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from onnx import ModelProto
from torch import Tensor
from torch.nn import functional

from vierbein.events.batch import EventBatch
from vierbein.interfaces.merge import merged
from vierbein.interfaces.network import Network, PaddedNetwork
from vierbein.interfaces.verification import INPUTS, OUTPUTS
from vierbein_cpu.errors import CannotLowerError

AXES = {0: "event", 1: "slot"}
_EVENTS = 7


def export(network: Network, example: EventBatch) -> ModelProto:
    """Write a network in evaluation mode as an ONNX graph.

    Equal networks give equal bytes: names of files and lines are taken out.

    Parameters
    ----------
    network
        What tuners added to it is baked in; it is left as it was.
    example
        Events in the adapter's schema.

    Returns
    -------
    ModelProto
        From ``p4``, ``features``, ``mask`` to ``particles``, ``pooled``, ``prediction``.

    Raises
    ------
    CannotLowerError
        Names the operation that has no ONNX counterpart, or the axis that is not free.
    """
    function = PaddedNetwork(merged(network).cpu().eval(), example.schema)
    with _quiet(), torch.no_grad():
        try:
            program = torch.onnx.export(
                function,
                _traced(example),
                input_names=INPUTS,
                output_names=OUTPUTS,
                dynamic_shapes=dict.fromkeys(INPUTS, AXES),
                dynamo=True,
                verbose=False,
                # It removes factors that differ from 1 by less than 1e-5; ONNX Runtime optimises
                # the graph itself when it loads it.
                optimize=False,
            )
        except torch.onnx.errors.OnnxExporterError as error:
            raise CannotLowerError([_reason(error)]) from error
    assert program is not None  # noqa: S101 - for the type checker
    graph = program.model_proto
    _strip(graph)
    return graph


def _traced(example: EventBatch) -> tuple[Tensor, Tensor, Tensor]:
    """Give blocks with two events and two slots at least: exporters take a 1 for a constant."""
    padded = example.to("cpu").take(torch.arange(_EVENTS) % len(example)).padded
    missing = max(0, 2 - padded.mask.shape[1])
    return (
        functional.pad(padded.p4, (0, 0, 0, missing)),
        functional.pad(padded.features, (0, 0, 0, missing)),
        functional.pad(padded.mask, (0, missing)),
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's advice to its own developers off the user's screen."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _reason(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line.strip("- ") for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2])


def _strip(graph: ModelProto) -> None:
    """Take out where the operations stand in the sources of this machine."""
    parts = [graph, graph.graph, *graph.graph.node, *graph.graph.initializer, *graph.functions]
    parts += [*graph.graph.input, *graph.graph.output, *graph.graph.value_info]
    parts += [node for function in graph.functions for node in function.node]
    for part in parts:
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
