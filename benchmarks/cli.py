"""Measure how long the command line takes to answer, against a bare Python.

Runs are interleaved, so that all commands see the same load; figures are medians of wall times,
low and high the smallest and largest of the single rounds.
"""

import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from rows import write_row

NUM_MORE = 200
MODULE = '''"""A plugin that is only listed."""


class Component:
    """Stands for a component of a plugin; nobody builds it."""

    def __init__(self, width: int = 64, rate: float = 0.1) -> None: ...
'''


def write_plugins(site: Path) -> None:
    """Write fake distributions, each with a component, as pip would leave them."""
    kinds = ("backbone", "tuner", "safeguard", "adapter")
    for number in range(NUM_MORE):
        name, kind = f"more_{number:03}", kinds[number % len(kinds)]
        (site / name).mkdir()
        (site / name / "__init__.py").write_text("")
        (site / name / "component.py").write_text(MODULE)
        info = site / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.3\nName: {name}\nVersion: 1.0\n"
            "Requires-Dist: vierbein>=0.1,<0.2\n\nA plugin.\n"
        )
        (info / "entry_points.txt").write_text(
            f"[vierbein.v1.{kind}]\n{name} = {name}.component:Component\n"
        )


def seconds(command: Sequence[str], environ: Mapping[str, str]) -> float:
    """Time one run of a command."""
    start = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=dict(environ))
    return perf_counter() - start


def main() -> None:
    """Measure and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="runs of each command (default: 40)")
    rounds = parser.parse_args().rounds
    vierbein = str(Path(sys.executable).with_name("vierbein"))
    with TemporaryDirectory() as folder:
        write_plugins(Path(folder))
        here = dict(os.environ)
        runs = {
            "python": ([sys.executable, "-c", "pass"], here),
            "help": ([vierbein, "--help"], here),
            "list": ([vierbein, "plugins", "list"], here),
            "more": ([vierbein, "plugins", "list"], {**here, "PYTHONPATH": folder}),
        }
        for run in runs.values():  # fill the caches of files and of compiled modules
            seconds(*run)
        times = [{name: seconds(*run) for name, run in runs.items()} for _ in range(rounds)]
    middle = {name: median(row[name] for row in times) for name in runs}
    command, bare = "python benchmarks/cli.py", "python -c pass"
    for name, timed in (("cli_help_vs_python", "help"), ("plugins_list_vs_python", "list")):
        ratios = [row[timed] / row["python"] for row in times]
        value = middle[timed] / middle["python"]
        print(write_row("main", name, value, min(ratios), max(ratios), "1", bare, command))
    more = [row["more"] - row["list"] for row in times]
    name, value = "plugins_list_200_more_seconds", middle["more"] - middle["list"]
    against = "vierbein plugins list without them"
    print(write_row("main", name, value, min(more), max(more), "s", against, command))


if __name__ == "__main__":
    main()
