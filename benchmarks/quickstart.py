"""Measure the quick start as a new user meets it: from a fresh clone to a report, and again.

Clones this repository into an empty folder, installs as `make quickstart` does, runs, runs a second
time into another folder, and compares the two reports byte by byte.
"""

import json
import os
import resource
import shutil
import subprocess
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from answers import write_label_efficiency, write_transfer
from rows import write_row

ROOT = Path(__file__).parent.parent
COMMAND = "python benchmarks/quickstart.py"


def seconds(command: Sequence[str], folder: Path) -> float:
    """Run a command in a folder and time it."""
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True)
    return time.perf_counter() - begun


def one(name: str, value: float, unit: str, against: str = "") -> None:
    """Write a figure that was measured once."""
    print(write_row("main", name, value, value, value, unit, against, COMMAND))


def report(folder: Path) -> dict[str, Any]:
    """Read a run's report."""
    read: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return read


def main() -> None:
    """Measure and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--clone", type=Path, help="one that is installed already")
    clone = parser.parse_args().clone
    folder = Path(tempfile.mkdtemp(prefix="quickstart-"))
    if clone is None:
        clone = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        one("install_seconds", seconds(["make", ".venv/.quickstart"], clone), "s")
    shutil.rmtree(clone / "runs", ignore_errors=True)
    one("quickstart_seconds", seconds(["make", "quickstart"], clone), "s", "limit 300 s")
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    one("quickstart_peak_mib", children, "MiB", "the largest single process")
    first = clone / "runs" / "quickstart"
    run = [str(clone / ".venv/bin/vierbein"), "run", "experiment=quickstart"]
    seconds([*run, "run_folder=runs/again"], clone)
    same = (first / "report.json").read_bytes() == (clone / "runs/again/report.json").read_bytes()
    one("rerun_identical", float(same), "1", "the same seed in another folder")
    found = report(first)
    domain, size = (
        next(iter(found["comparison"])),
        str(found["configuration"]["compare"]["sizes"][0]),
    )
    write_label_efficiency("label_efficiency", found, domain, size, COMMAND)
    write_transfer("quickstart", found, COMMAND)
    kept = os.environ.get("QUICKSTART_KEEP")
    if kept:
        shutil.copytree(first, kept, dirs_exist_ok=True)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
