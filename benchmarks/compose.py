"""Measure how long one composition takes in a fresh process, its imports left out.

Every round is a process of its own, so that nothing is cached but files.
"""

import subprocess
import sys
from argparse import ArgumentParser
from statistics import median

from rows import write_row

OVERRIDES = ("experiment=quickstart", "tuner=lora", "tuner.rank=8", "seed=3")
PROGRAM = """
import sys
from time import perf_counter
from vierbein.config.compose import compose
from vierbein.experiment.settings import RunSettings
start = perf_counter()
compose(RunSettings, sys.argv[1:])
print(perf_counter() - start)
"""


def seconds() -> float:
    """Time the composition in one process: from overrides to a checked configuration."""
    command = [sys.executable, "-c", PROGRAM, *OVERRIDES]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure and write the row."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="processes (default: 15)")
    rounds = parser.parse_args().rounds
    seconds()  # fill the caches of files and of compiled modules
    times = [seconds() for _ in range(rounds)]
    figures = median(times), min(times), max(times)
    print(write_row("main", "compose_seconds", *figures, "s", "", "python benchmarks/compose.py"))


if __name__ == "__main__":
    main()
