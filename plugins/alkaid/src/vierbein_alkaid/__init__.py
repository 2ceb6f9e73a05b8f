"""Distributed arithmetic to Verilog, simulated by Verilator."""

__version__ = "0.1.0"
