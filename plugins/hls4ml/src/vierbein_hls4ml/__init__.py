"""Bit-accurate C++ for high-level synthesis by hls4ml."""

__version__ = "0.1.0"
