"""What goes into a graph and what comes out, for whoever runs it without us."""

from typing import Any

from onnx import ModelProto, TensorProto, ValueInfoProto
from onnx.helper import tensor_dtype_to_np_dtype

from vierbein.events.schema import FeatureSchema


def describe(graph: ModelProto, schema: FeatureSchema) -> dict[str, Any]:
    """Describe a graph's inputs and outputs as plain data.

    Parameters
    ----------
    graph
        As `export` makes it.
    schema
        Of the features that it is given.

    Returns
    -------
    dict
        Names, types and shapes (a word where an axis is free), and the columns of each input.
    """
    columns = {
        "p4": [{"name": name, "unit": "GeV"} for name in ("E", "px", "py", "pz")],
        "features": schema.to_json()["features"],
    }
    inputs = [
        _tensor(value) | ({"columns": columns[value.name]} if value.name in columns else {})
        for value in graph.graph.input
    ]
    return {
        "version": 1,
        "padding": "zeros in empty slots; mask is true where a slot holds a real particle",
        "opset": {opset.domain or "ai.onnx": opset.version for opset in graph.opset_import},
        "inputs": inputs,
        "outputs": [_tensor(value) for value in graph.graph.output],
    }


def _tensor(value: ValueInfoProto) -> dict[str, Any]:
    of_tensor: TensorProto = value.type.tensor_type
    return {
        "name": value.name,
        "dtype": tensor_dtype_to_np_dtype(of_tensor.elem_type).name,
        "shape": [axis.dim_param or axis.dim_value for axis in of_tensor.shape.dim],
    }
