"""A fixed-point program -> a QONNX graph, the exchange format of FINN and hls4ml."""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from vierbein.fixed_point.operations import (
    Add,
    Concatenate,
    Dense,
    Max,
    Mean,
    Operation,
    Quantise,
    Reshape,
    Sum,
    Take,
    Transpose,
)
from vierbein.fixed_point.program import WORDS, Program

DOMAIN, OPSET = "qonnx.custom_op.general", 18
INPUT = "input"
"""Name of the graph's input: values, on the grid of the input words."""

_IR_VERSION = 10


def to_qonnx(program: Program) -> ModelProto:
    """Write a program as a QONNX graph for one event at a time.

    The graph takes values, not words, and quantises them onto the input's grid first. Weights are
    values with a `Quant` behind them; every tensor has the name of its operation.

    Parameters
    ----------
    program
        Exact in every tool if `check_profile` finds nothing.

    Returns
    -------
    ModelProto
        Checked by ONNX.
    """
    writer = _Writer(program)
    for operation in program.operations:
        writer.write(operation)
    shapes = {name: [1, *program.shape_of(name)] for name in program.bounds}
    graph = helper.make_graph(
        writer.nodes,
        "program",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, shapes[WORDS])],
        [helper.make_tensor_value_info(program.output, TensorProto.FLOAT, shapes[program.output])],
        writer.constants,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(DOMAIN, 2)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
    onnx.checker.check_model(model)
    return model


class _Writer:
    def __init__(self, program: Program) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self.program = program
        given = program.format
        self._quant(INPUT, WORDS, given.spacing, given.num_bits, is_signed=given.is_signed)

    def write(self, operation: Operation) -> None:
        """Write an operation as nodes, the last of which gives its tensor."""
        name, inputs = operation.name, list(operation.inputs)
        match operation:
            case Dense():
                self._dense(operation)
            case Quantise():
                grid = operation.format
                self._quant(inputs[0], name, grid.spacing, grid.num_bits, is_signed=grid.is_signed)
            case Mean() | Sum() | Max():
                axis = operation.axis if operation.axis < 0 else operation.axis + 1
                axes = self._constant(f"{name}.axes", np.array([axis], np.int64))
                kind = {Mean: "ReduceMean", Sum: "ReduceSum", Max: "ReduceMax"}[type(operation)]
                self._node(kind, [inputs[0], axes], name, keepdims=int(operation.is_kept))
            case Add():
                self._node("Add", inputs, name)
            case Concatenate():
                axis = operation.axis if operation.axis < 0 else operation.axis + 1
                self._node("Concat", inputs, name, axis=axis)
            case Take():
                axis = operation.axis if operation.axis < 0 else operation.axis + 1
                indices = self._constant(f"{name}.indices", np.array(operation.indices, np.int64))
                self._node("Gather", [inputs[0], indices], name, axis=axis)
            case Transpose():
                self._node("Transpose", inputs, name, perm=[0, *(a + 1 for a in operation.axes)])
            case Reshape():
                shape = self._constant(f"{name}.shape", np.array([1, *operation.shape], np.int64))
                self._node("Reshape", [inputs[0], shape], name)
            case _:
                raise TypeError(operation)

    def _dense(self, dense: Dense) -> None:
        name, spacing = dense.name, 2.0**-dense.weight_fraction
        values = self._constant(f"{name}.weight", (dense.weight * spacing).astype(np.float32))
        largest = int(np.maximum(-dense.weight - 1, dense.weight).max(initial=0))
        width = max(dense.weight_bits, largest.bit_length() + 1)
        weight = self._quant(values, f"{name}.weight.quantised", spacing, width, is_signed=True)
        product = name if dense.bias is None else f"{name}.product"
        self._node("MatMul", [dense.inputs[0], weight], product)
        if dense.bias is not None:
            bias = (dense.bias * 2.0**-dense.bias_fraction).astype(np.float32)
            self._node("Add", [product, self._constant(f"{name}.bias", bias)], name)

    def _quant(
        self, given: str, name: str, spacing: float, num_bits: int, *, is_signed: bool
    ) -> str:
        if not is_signed:  # as Brevitas writes it: what tools recognise as an activation
            self._node("Relu", [given], f"{name}.rectified")
            given = f"{name}.rectified"
        settings = {"scale": spacing, "zero": 0.0, "bits": float(num_bits)}
        constants = [
            self._constant(f"{name}.{what}", np.array(value, np.float32))
            for what, value in settings.items()
        ]
        attributes = {"signed": int(is_signed), "narrow": 0, "rounding_mode": "ROUND"}
        self._node("Quant", [given, *constants], name, domain=DOMAIN, **attributes)
        return name

    def _node(self, kind: str, inputs: list[str], name: str, **attributes: Any) -> None:
        self.nodes.append(
            helper.make_node(kind, inputs, [name], name=f"{kind}:{name}", **attributes)
        )

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(values, name))
        return name
