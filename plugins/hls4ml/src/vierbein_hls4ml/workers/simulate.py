"""The compiled project, ``job.json`` and ``inputs.npz`` -> ``outputs.npz``: it needs no hls4ml."""

import ctypes
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np


class _Trace(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("data", ctypes.c_void_p)]


def main(folder: Path) -> None:
    """Call the library for each event, and collect what its layers gave."""
    job = json.loads((folder / "job.json").read_text())
    values = np.load(folder / "inputs.npz")["values"]
    library = ctypes.CDLL(str(folder / job["library"]))
    library.allocate_trace_storage(ctypes.c_size_t(ctypes.sizeof(ctypes.c_double)))
    traces = (_Trace * len(job["layers"]))()
    shapes = {name: layer["shape"] for name, layer in job["layers"].items()}
    traced = {name: np.zeros((len(values), *shape)) for name, shape in shapes.items()}
    outputs = np.zeros((len(values), *job["output_shape"]))
    for event, given in enumerate(values):
        library.program_double(_pointer(np.ascontiguousarray(given)), _pointer(outputs[event]))
        library.collect_trace_output(traces)
        for trace in traces:
            name = trace.name.decode()
            pointer = ctypes.cast(trace.data, ctypes.POINTER(ctypes.c_double))
            traced[name][event] = np.ctypeslib.as_array(pointer, shape=shapes[name])
    tensors: dict[str, Any] = {job["layers"][name]["tensor"]: traced[name] for name in traced}
    np.savez(folder / "outputs.npz", **{**tensors, job["output"]: outputs})
    (folder / "result.json").write_text(json.dumps({"events": len(values)}))


def _pointer(values: "np.ndarray") -> "ctypes._Pointer[ctypes.c_double]":
    return values.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
