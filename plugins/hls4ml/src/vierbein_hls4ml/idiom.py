"""A fixed-point program -> a QONNX graph in the idiom that hls4ml reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from jaxtyping import Int
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import (
    Add,
    Concatenate,
    Dense,
    Max,
    Operation,
    Quantise,
    Reshape,
    Transpose,
)
from vierbein.fixed_point.program import WORDS, Program
from vierbein_hls4ml.precision import exactly, rounding

INPUT = "values"
"""Name of the graph's input: values, on the grid of the input words."""

_QUANT, _CHANNELS_LAST = "qonnx.custom_op.general", "qonnx.custom_op.channels_last"
_OPSETS, _IR_VERSION = (("", 13), (_QUANT, 1), (_CHANNELS_LAST, 13)), 8


@dataclass(frozen=True)
class Idiom:
    """A graph for hls4ml, and what belongs to it.

    Parameters
    ----------
    model
        Of one event.
    tensors
        Name in the graph, plain enough for C++, of each tensor of the program.
    precisions
        Types of each layer in the words of hls4ml's configuration, by the layer's name.
    reshaped
        The tensor that holds the same numbers in another shape, by tensor: no layer computes it.
    """

    model: ModelProto
    tensors: Mapping[str, str]
    precisions: Mapping[str, Mapping[str, str]]
    reshaped: Mapping[str, str]


def write(program: Program) -> Idiom:
    """Write a program that `digestible` gave as a graph, with the type of every layer.

    A dense layer is a convolution of one pixel with the channels last: of two axes, hls4ml 1.3.0
    converts a product with a bias wrongly. Biases are constants with a `Quant` behind them, without
    which they would be cut off at a default width.

    Parameters
    ----------
    program
        Of operations that hls4ml has.

    Returns
    -------
    Idiom
        Checked by ONNX.
    """
    writer = _Writer(program)
    for operation in program.operations:
        writer.write(operation)
    values = dict(writer.values)
    first, last = (values.pop(name) for name in (INPUT, writer.tensors[program.output]))
    between = list(values.values())
    graph = helper.make_graph(
        writer.nodes, "program", [first], [last], writer.constants, value_info=between
    )
    opsets = [helper.make_opsetid(*each) for each in _OPSETS]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
    onnx.checker.check_model(model)
    return Idiom(model, writer.tensors, writer.precisions, writer.reshaped)


class _Writer:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self.values: dict[str, ValueInfoProto] = {}
        self.tensors = {WORDS: "t0"}
        self.reshaped: dict[str, str] = {}
        self.precisions = {INPUT: {"result": exactly(program.format)}}
        self.value(INPUT, (1, *program.shape))
        self.quant(INPUT, "t0", program.format, (1, *program.shape))

    def write(self, operation: Operation) -> None:
        """Write an operation, and the types of its layers."""
        name = self.tensors[operation.name] = f"t{len(self.tensors)}"
        given = [self.tensors[each] for each in operation.inputs]
        shape = (1, *self.program.shape_of(operation.name))
        result = {"result": exactly(self.program.format_of(operation.name))}
        match operation:
            case Dense():
                self.dense(operation, given[0], name, shape)
            case Quantise():
                self.quantise(operation.format, given[0], name, shape)
            case Max():
                num = self.program.shape_of(operation.inputs[0])[1]
                window = {"kernel_shape": [1, num], "strides": [1, num], "pads": [0] * 4}
                accumulated = {"accum": result["result"], **result}
                self.node("MaxPool", given, name, shape, accumulated, **window)
            case Add():
                self.node("Add", given, name, shape, result)
            case Concatenate():
                self.node("Concat", given, name, shape, result, axis=operation.axis + 1)
            case Transpose():
                axes = [0, *(axis + 1 for axis in operation.axes)]
                self.node("Transpose", given, name, shape, result, perm=axes)
            case Reshape():
                target = self.constant(f"{name}_shape", np.array(shape, np.int64))
                self.node("Reshape", [*given, target], name, shape, result)
                self.reshaped[name] = self.reshaped.get(given[0], given[0])
            case _:
                raise TypeError(operation)

    def dense(self, dense: Dense, given: str, name: str, shape: Sequence[int]) -> None:
        """Write a convolution, its weights by (output, pixel, input)."""
        weight = self.parameter(
            f"{name}_weight", dense.weight.T[:, None], dense.weight_fraction, dense.weight_bits
        )
        inputs = [given, weight]
        if dense.bias is not None:
            inputs.append(self.parameter(f"{name}_bias", dense.bias, dense.bias_fraction))
        grid = self.program.format_of(dense.name)
        none = Format(is_signed=False, num_bits=1, num_fraction=0)
        types = {"accum": exactly(grid), "result": exactly(grid), "bias": exactly(none)}
        pixel = {"kernel_shape": [1], "strides": [1], "pads": [0, 0], "dilations": [1], "group": 1}
        self.node("Conv", inputs, name, shape, types, **pixel)

    def quantise(self, grid: Format, given: str, name: str, shape: Sequence[int]) -> None:
        """Write a rounding, behind a rectified linear unit where it has no sign."""
        if not grid.is_signed:
            rectified = f"{name}_relu"
            self.node("Relu", [given], rectified, shape, {"result": rounding(grid)})
            given = rectified
        self.quant(given, name, grid, shape)

    def parameter(
        self, name: str, integers: Int[NDArray[np.int64], " ..."], fraction: int, num_bits: int = 1
    ) -> str:
        """Write parameters on their grid, with a `Quant` that says so."""
        largest = int(np.maximum(-integers - 1, integers).max(initial=0))
        grid = Format(True, max(num_bits, largest.bit_length() + 1), fraction)
        values = self.constant(f"{name}_values", (integers * grid.spacing).astype(np.float32))
        return self.quant(values, name, grid, integers.shape)

    def quant(self, given: str, name: str, grid: Format, shape: Sequence[int]) -> str:
        """Write a rounding to a grid."""
        settings = {"scale": grid.spacing, "zero": 0.0, "bits": float(grid.num_bits)}
        constants = [
            self.constant(f"{name}_{what}", np.array([value], np.float32))
            for what, value in settings.items()
        ]
        attributes = {"signed": int(grid.is_signed), "narrow": 0, "rounding_mode": "ROUND"}
        types = {"result": rounding(grid)}
        return self.node("Quant", [given, *constants], name, shape, types, **attributes)

    def node(
        self,
        kind: str,
        inputs: list[str],
        name: str,
        shape: Sequence[int],
        types: Mapping[str, str],
        **attributes: Any,
    ) -> str:
        """Write a node, its tensor's shape, and its layer's types."""
        domain = {"Quant": _QUANT, "Conv": _CHANNELS_LAST, "MaxPool": _CHANNELS_LAST}.get(kind)
        made = helper.make_node(kind, inputs, [name], name=name, domain=domain, **attributes)
        self.nodes.append(made)
        self.precisions[name] = dict(types)
        return self.value(name, shape)

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Write a constant."""
        self.constants.append(numpy_helper.from_array(values, name))
        return self.value(name, values.shape, self.constants[-1].data_type)

    def value(self, name: str, shape: Sequence[int], kind: int = TensorProto.FLOAT) -> str:
        """Say what shape a tensor has: hls4ml infers none."""
        self.values[name] = helper.make_tensor_value_info(name, kind, shape)
        return name
