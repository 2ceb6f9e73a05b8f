"""What is written: the files of an artifact, and what the description says of the firmware."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vierbein.fixed_point.document import from_json
from vierbein.fixed_point.program import Program
from vierbein_alkaid.ports import Port

GRAPH, PROGRAM, DESCRIPTION, PROJECT = "model.qonnx", "program.json", "io.json", "project"


@dataclass(frozen=True)
class Firmware:
    """An artifact, read again.

    Parameters
    ----------
    folder
        Of the artifact.
    program
        What was lowered.
    top
        Name of the module.
    given
        The input port.
    found
        The output port.
    cycles
        The latency that the tool says.
    clock_period
        In ns.
    lut
        Estimated by the tool.
    ff
        Register bits in its Verilog.
    """

    folder: Path
    program: Program
    top: str
    given: Port
    found: Port
    cycles: int
    clock_period: float
    lut: float
    ff: float

    @property
    def sources(self) -> Path:
        """Folder of the Verilog."""
        return self.folder / PROJECT / "src"


def describe(lowered: dict[str, Any], program: Program, clock_period: float) -> dict[str, Any]:
    """Describe firmware for whoever connects it, as plain data.

    Parameters
    ----------
    lowered
        What the worker says.
    program
        What was lowered.
    clock_period
        In ns.

    Returns
    -------
    dict
        Ports with each number's place and format, and when to read the answer.
    """
    given = Port.of_bits("model_inp", lowered["input"])
    found = Port.of_bits("model_out", lowered["output"])
    shapes = {"shape": list(program.shape)}, {"shape": list(program.shape_of(program.output))}
    overflow = (
        "wraps: numbers must lie in their format",
        "none: it holds the answer to any input; numbers inside the network saturate",
    )
    return {
        "version": 1,
        "top": lowered["top"],
        "clock": {"port": "clk", "edge": "rising", "period_ns": clock_period},
        "numbers": "two's complement where signed, value = integer / 2**num_fraction, the last "
        "axis of the shape fastest, the first number in the lowest bits",
        "rounding": "to the nearest, ties to even",
        "latency_cycles": lowered["latency"],
        "initiation_interval_cycles": 1,
        "input": {**given.to_json(), **shapes[0], "overflow": overflow[0]},
        "output": {**found.to_json(), **shapes[1], "overflow": overflow[1]},
        "estimate": {"lut": lowered["lut"], "ff": lowered["ff"]},
    }


def read(folder: Path) -> Firmware:
    """Read an artifact."""
    said = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    program = from_json(json.loads((folder / PROGRAM).read_text(encoding="utf-8")))
    return Firmware(
        folder=folder,
        program=program,
        top=said["top"],
        given=Port.from_json(said["input"]),
        found=Port.from_json(said["output"]),
        cycles=said["latency_cycles"],
        clock_period=said["clock"]["period_ns"],
        lut=said["estimate"]["lut"],
        ff=said["estimate"]["ff"],
    )
