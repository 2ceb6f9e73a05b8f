"""ONNX Runtime on one thread."""

from pathlib import Path

from onnxruntime import ExecutionMode, InferenceSession, SessionOptions
from onnxruntime.capi import onnxruntime_pybind11_state as native

from vierbein_cpu.errors import UnreadableGraphError

_ERRORS_ONLY = 3
_REFUSALS = (
    native.Fail,
    native.InvalidArgument,
    native.InvalidGraph,
    native.InvalidProtobuf,
    native.NotImplemented,
)


def session(graph: Path | bytes) -> InferenceSession:
    """Load a graph for one thread of the CPU.

    Parameters
    ----------
    graph
        Its file, or what would stand there.

    Returns
    -------
    InferenceSession
        Ready to run.

    Raises
    ------
    UnreadableGraphError
        If it is not an ONNX graph, or has operations that ONNX Runtime does not know.
    """
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = _ERRORS_ONLY
    data = graph if isinstance(graph, bytes) else graph.read_bytes()
    try:
        return InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except _REFUSALS as error:
        name = "a graph in memory" if isinstance(graph, bytes) else str(graph)
        raise UnreadableGraphError(name, str(error).splitlines()[0]) from error
