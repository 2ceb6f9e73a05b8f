"""Layers are joined in their order, and no pin of a stream is left open."""

import re

from vierbein_finn.stitch import stitched

NODES = [
    {"name": "MVAU_rtl_0", "kind": "MVAU_rtl", "input_bits": 8, "output_bits": 16}
    | {"weight_bits": 24},
    {"name": "StreamingDataWidthConverter_rtl_0", "kind": "StreamingDataWidthConverter_rtl"}
    | {"input_bits": 16, "output_bits": 32},
    {"name": "Thresholding_rtl_0", "kind": "Thresholding_rtl", "input_bits": 32, "output_bits": 8},
]


def test_a_chain_is_joined() -> None:
    text = stitched(NODES)
    for place, bits in enumerate((8, 16, 32, 8)):
        assert f"wire [{bits - 1}:0] s{place}_data; wire s{place}_valid, s{place}_ready;" in text
    for place, node in enumerate(NODES):
        (line,) = (each for each in text.splitlines() if f" layer{place}(" in each)
        assert line.split()[0] == node["name"]
        for port, wire in (("in0_V", place), ("out0_V", place + 1)):
            for pin, what in (("TDATA", "data"), ("TVALID", "valid"), ("TREADY", "ready")):
                assert f".{port}_{pin}(s{wire}_{what})" in line
    assert text.count("module ") == 1
    assert "input [7:0] in_data" in text
    assert "output [7:0] out_data" in text


def test_weights_stream_from_their_memory() -> None:
    lines = stitched(NODES).splitlines()
    (memory,) = (line for line in lines if "memstream_wrapper" in line)
    (layer,) = (line for line in lines if " layer0(" in line)
    for pins, line in ((("m_axis_0_tdata", "m_axis_0_tready"), memory), (("in1_V_TDATA",), layer)):
        assert all(re.search(rf"\.{pin}\(w0_\w+\)", line) for pin in pins)
    assert "wire [23:0] w0_data" in "\n".join(lines)
    assert "s_axilite_WVALID(1'b0)" in memory  # nothing ever writes parameters
