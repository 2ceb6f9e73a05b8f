"""``model.qonnx``, ``job.json`` and ``inputs.npz`` -> ``outputs.npz``, by qonnx' own executor."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np


def main(folder: Path) -> None:
    """Execute the graph for all events at once."""
    import onnxruntime  # noqa: PLC0415
    from qonnx.core.modelwrapper import ModelWrapper  # noqa: PLC0415
    from qonnx.core.onnx_exec import execute_onnx  # noqa: PLC0415

    onnxruntime.set_default_logger_severity(3)  # it warns of every node that runs alone
    job = json.loads((folder / "job.json").read_text())
    values = np.load(folder / "inputs.npz")["values"].astype(np.float32)
    model = ModelWrapper(str(folder / "model.qonnx"))
    _lengthen(model, len(values))
    found = execute_onnx(model, {job["input"]: values}, return_full_exec_context=True)
    tensors = {name: found[name].astype(np.float64) for name in job["tensors"]}
    np.savez(folder / "outputs.npz", **tensors)
    (folder / "result.json").write_text(json.dumps({"events": len(values)}))


def _lengthen(model: Any, num: int) -> None:
    """Make the axis of events, which has length one, as long as there are events."""
    graph = model.graph
    constants = {constant.name for constant in graph.initializer}
    for value in [*graph.input, *graph.output, *graph.value_info]:
        if value.name not in constants:
            value.type.tensor_type.shape.dim[0].dim_value = num
    for node in model.get_nodes_by_op_type("Reshape"):
        shape = model.get_initializer(node.input[1]).copy()
        shape[0] = num
        model.set_initializer(node.input[1], shape)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
