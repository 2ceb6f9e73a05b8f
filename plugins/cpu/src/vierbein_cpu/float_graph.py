"""A fixed-point program -> a plain ONNX graph of floats: the network without its rounding."""

from onnx import ModelProto, helper, numpy_helper

from vierbein.fixed_point.program import Program
from vierbein.fixed_point.qonnx import DOMAIN, INPUT, to_qonnx

__all__ = ["INPUT", "float_graph"]


def float_graph(program: Program) -> ModelProto:
    """Write a program as ONNX Runtime computes it fastest: no rounding, any number of events.

    Activations stay rectified linear units. What comes out differs from the program by what
    rounding and saturation do.

    Parameters
    ----------
    program
        Its weights and biases are taken over.

    Returns
    -------
    ModelProto
        From values, not words.
    """
    graph = to_qonnx(program)
    for node in graph.graph.node:
        if node.op_type == "Quant":
            node.CopyFrom(helper.make_node("Identity", node.input[:1], node.output, node.name))
    shapes = {node.input[1] for node in graph.graph.node if node.op_type == "Reshape"}
    for constant in graph.graph.initializer:
        if constant.name in shapes:
            shape = numpy_helper.to_array(constant).copy()
            shape[0] = -1
            constant.CopyFrom(numpy_helper.from_array(shape, constant.name))
    for value in (*graph.graph.input, *graph.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "event"
    kept = [each for each in graph.opset_import if each.domain != DOMAIN]
    del graph.opset_import[:]
    graph.opset_import.extend(kept)
    return graph
