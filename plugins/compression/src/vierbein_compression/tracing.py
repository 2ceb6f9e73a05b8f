"""A quantised body and head -> a fixed-point program, by torch.fx."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import brevitas.nn as qnn
from torch import fx, nn

from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import Shape
from vierbein.fixed_point.profile import Finding, check_profile
from vierbein.fixed_point.program import Program
from vierbein_compression.errors import UntraceableError
from vierbein_compression.program_writer import ProgramWriter
from vierbein_compression.traced_functions import TracedFunctions, reads
from vierbein_compression.traced_layers import write_activation, write_linear


class Firmware(nn.Module):
    """Inputs -> prediction: what of a network becomes firmware.

    Parameters
    ----------
    body
        The student's.
    head
        The task's.
    """

    def __init__(self, body: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.body, self.head = body, head

    def forward(self, inputs: Any) -> Any:
        """Predict; for tracing alone."""
        return self.head(_Pooled(self.body(inputs)))


class _Pooled(NamedTuple):
    """What a head may read of a representation."""

    pooled: Any


def trace(firmware: Firmware, shape: Shape, grid: Format) -> "Traced":
    """Write a quantised network as a program.

    Parameters
    ----------
    firmware
        In evaluation mode.
    shape
        Of an event's inputs: particles, features.
    grid
        Of each input.

    Returns
    -------
    Traced
        The program, and the layers that break the exact profile.

    Raises
    ------
    UnmappedLayerError
        If a layer has no fixed-point form.
    UntraceableError
        If torch.fx cannot follow it.
    """
    try:
        graph = _Tracer().trace(firmware)
    except (fx.proxy.TraceError, RuntimeError, TypeError, AttributeError) as error:
        raise UntraceableError(str(error).partition("\n")[0]) from error
    module = fx.GraphModule(firmware, graph)
    module.graph.eliminate_dead_code()
    writer = ProgramWriter()
    _Lowering(module, writer).run(writer.words(shape, grid.num_fraction))
    program = Program(shape, grid, tuple(writer.operations))
    return Traced(program, (*writer.findings, *check_profile(program)))


@dataclass(frozen=True)
class Traced:
    """What was found in a network.

    Parameters
    ----------
    program
        Exact if nothing was found.
    findings
        Layers that break the exact profile, with the rule.
    """

    program: Program
    findings: tuple[Finding, ...]


class _Tracer(fx.Tracer):
    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, qnn.QuantLinear | qnn.QuantReLU | qnn.QuantIdentity) or bool(
            super().is_leaf_module(m, module_qualified_name)
        )

    def call_module(
        self,
        m: nn.Module,
        forward: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        if not self.is_leaf_module(m, self.path_of_module(m)):
            # A checker of shapes around the method would refuse what stands for tensors here.
            forward = partial(inspect.unwrap(type(m).forward), m)
        return super().call_module(m, forward, args, kwargs)


class _Lowering(fx.Interpreter):
    """Runs the graph with tensors of the program in the place of torch's."""

    def __init__(self, module: fx.GraphModule, writer: ProgramWriter) -> None:
        super().__init__(module)
        self.extra_traceback = False
        self.writer, self.functions = writer, TracedFunctions(writer)

    def run_node(self, n: fx.Node) -> Any:
        self.writer.at(n)
        return super().run_node(n)

    def call_function(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not reads(args, kwargs):
            return super().call_function(target, args, kwargs)
        return self.functions.call(target.__name__, args, kwargs)

    def call_method(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not reads(args, kwargs):
            return super().call_method(target, args, kwargs)
        return self.functions.call(target, args, kwargs)

    def call_module(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:  # noqa: ARG002 - layers have none
        module, given = self.fetch_attr(target), args[0]
        match module:
            case qnn.QuantLinear():
                return write_linear(self.writer, module, given)
            case qnn.QuantReLU() | qnn.QuantIdentity():
                return write_activation(self.writer, module, given)
            case nn.Identity() | nn.Dropout():
                return given
            case nn.Flatten():
                dims = (module.start_dim, module.end_dim)
                return self.functions.call("flatten", (given, *dims), {})
        return self.writer.refuse(type(module).__name__)
