"""Networks as ONNX files, run by ONNX Runtime on a CPU."""

__version__ = "0.1.0"
