"""FINN's layers -> one Verilog module: streams joined, weight memories beside their layers.

Vivado's block designs do this in FINN's own flow; the sources are the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any

TOP = "vierbein_finn_top"

_UNUSED = {
    "MVAU_rtl": {},
    "StreamingDataWidthConverter_rtl": {},
    "Thresholding_rtl": {
        **dict.fromkeys(("AWVALID", "WVALID", "BREADY", "ARVALID", "RREADY"), "1'b0"),
        **dict.fromkeys(("AWADDR", "WDATA", "WSTRB", "ARADDR"), "'0"),
    },
}
"""Pins of the register interface of each kind of layer: parameters are never written."""
_MEMORY_UNUSED = {
    **_UNUSED["Thresholding_rtl"],
    **dict.fromkeys(("AWPROT", "ARPROT"), "'0"),
}


def stitched(nodes: Sequence[Mapping[str, Any]]) -> str:
    """Write the module that joins a chain of layers.

    Parameters
    ----------
    nodes
        In the order of the data: name, kind, bits of each stream.

    Returns
    -------
    str
        Verilog of a module with one stream in and one out.
    """
    wires, parts = [], []
    for place, node in enumerate(nodes):
        wires.append(_stream(f"s{place}", node["input_bits"]))
        pins = {"ap_clk": "clk", "ap_rst_n": "rst_n"}
        if node["kind"] == "MVAU_rtl":
            wires.append(_stream(f"w{place}", node["weight_bits"]))
            parts.append(_memory(node["name"], place))
            pins |= {"ap_clk2x": "clk", **_axis("in1_V", f"w{place}")}
        elif node["kind"] == "Thresholding_rtl":
            pins |= {"in1_V_TVALID": "1'b0", "in1_V_TDATA": "'0"}
        pins |= {f"s_axilite_{name}": value for name, value in _UNUSED[node["kind"]].items()}
        pins |= {**_axis("in0_V", f"s{place}"), **_axis("out0_V", f"s{place + 1}")}
        parts.append(_instance(node["name"], f"layer{place}", pins))
    last = len(nodes)
    wires.append(_stream(f"s{last}", nodes[-1]["output_bits"]))
    ports = [
        "input clk",
        "input rst_n",
        f"input [{nodes[0]['input_bits'] - 1}:0] in_data",
        "input in_valid",
        "output in_ready",
        f"output [{nodes[-1]['output_bits'] - 1}:0] out_data",
        "output out_valid",
        "input out_ready",
    ]
    joined = [
        "assign s0_data = in_data;",
        "assign s0_valid = in_valid;",
        "assign in_ready = s0_ready;",
        f"assign out_data = s{last}_data;",
        f"assign out_valid = s{last}_valid;",
        f"assign s{last}_ready = out_ready;",
    ]
    body = "\n".join(f"  {line}" for line in (*wires, *joined, *parts))
    return f"module {TOP}(\n  {(',' + chr(10) + '  ').join(ports)}\n);\n{body}\nendmodule\n"


def _stream(name: str, bits: int) -> str:
    return f"wire [{bits - 1}:0] {name}_data; wire {name}_valid, {name}_ready;"


def _axis(port: str, wire: str) -> dict[str, str]:
    names = {"TDATA": "data", "TVALID": "valid", "TREADY": "ready"}
    return {f"{port}_{pin}": f"{wire}_{name}" for pin, name in names.items()}


def _memory(name: str, place: int) -> str:
    pins = {
        "ap_clk": "clk",
        "ap_clk2x": "clk",
        "ap_rst_n": "rst_n",
        **{f"s_axilite_{pin}": value for pin, value in _MEMORY_UNUSED.items()},
        "s_axis_0_tvalid": "1'b0",
        "s_axis_0_tdata": "'0",
        "m_axis_0_tdata": f"w{place}_data",
        "m_axis_0_tvalid": f"w{place}_valid",
        "m_axis_0_tready": f"w{place}_ready",
    }
    return _instance(f"{name}_memstream_wrapper", f"memory{place}", pins)


def _instance(module: str, name: str, pins: Mapping[str, str]) -> str:
    return f"{module} {name}({', '.join(f'.{pin}({wire})' for pin, wire in pins.items())});"
