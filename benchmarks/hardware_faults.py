"""Plant the faults that compilers and backends are known for, and count those that are caught.

Each is a test: it plants one fault, and passes only if verification or a refusal finds it. Those of
a tool that is not here are neither tried nor caught.
"""

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from rows import write_row

COMMAND = "python benchmarks/hardware_faults.py"
ROOT = Path(__file__).parent.parent
PLANTED = {
    "alkaid": ("plugins/alkaid/tests/test_planted.py", "caught"),
    "finn": ("plugins/finn/tests/test_faults.py", "test"),
    "generated_c": ("plugins/cpu/tests/test_generated_c.py", "fault"),
    "hls4ml": ("plugins/hls4ml/tests/test_faults.py", "test"),
    "exact profile": ("core/tests/fixed_point/test_profile.py", "found and not only_if"),
}
"""Where the tests stand, and the words in their names by which they are chosen."""


def counted() -> Iterator[tuple[str, int, int, int]]:
    """Run the tests; give by backend how many faults were tried, caught, and left out."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "faults.xml"
        for name, (file, word) in PLANTED.items():
            command = [sys.executable, "-m", "pytest", "-q", file, "-k", word]
            subprocess.run(
                [*command, f"--junitxml={report}"], check=False, stdout=sys.stderr, cwd=ROOT
            )
            (suite,) = ET.parse(report).getroot()  # noqa: S314 - pytest wrote it just now
            found = {key: int(suite.attrib[key]) for key in ("tests", "skipped")}
            failed = int(suite.attrib["failures"]) + int(suite.attrib["errors"])
            tried = found["tests"] - found["skipped"]
            yield name, tried, tried - failed, found["skipped"]


def main() -> None:
    """Count, and write the rows."""
    every = list(counted())
    said = ", ".join(
        f"{name} {caught} of {tried}" + (f" ({skipped} not tried)" if skipped else "")
        for name, tried, caught, skipped in every
    )
    tried, caught = (sum(numbers) for numbers in list(zip(*every, strict=True))[1:3])
    for row, total in (("planted_faults_tried", tried), ("planted_faults_caught", caught)):
        print(write_row("hardware", row, total, total, total, "1", said, COMMAND))


if __name__ == "__main__":
    main()
