"""Count the traps of published foundation models that tests hold shut: docs/explanation/loading.md.

A trap counts if it has tests in tests/test_traps.py, and all of them ran and passed.
"""

import os
import re
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from xml.etree import ElementTree as ET

from rows import write_row

ROOT = Path(__file__).parent.parent
TESTS = "tests/test_traps.py"
TRAPS = 15


def tested(report: Path) -> dict[int, bool]:
    """Read from pytest's report whether every test of a trap ran and passed, by its number."""
    found: dict[int, bool] = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own pytest wrote it
        if named := re.match(r"test_trap_(\d\d)_", case.get("name", "")):
            number = int(named[1])
            found[number] = found.get(number, True) and len(case) == 0
    return found


def main() -> None:
    """Run the tests and write the row."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="write no row")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", "-q", TESTS, f"--junit-xml={report}"]
        threads = {**os.environ, "OMP_NUM_THREADS": "1"}
        subprocess.run(command, cwd=ROOT, env=threads, check=False)
        found = tested(report)
    count = sum(found.values())
    print(f"{count} of {TRAPS} traps have tests that passed")
    if missing := sorted(set(range(1, TRAPS + 1)) - {n for n, passed in found.items() if passed}):
        print(f"without: {missing}")
    if not arguments.quick:
        against = f"{TRAPS} traps met in published packages"
        name = f"python benchmarks/{Path(__file__).name}"
        print(write_row("backbones", "traps_tested", count, count, count, "1", against, name))


if __name__ == "__main__":
    main()
