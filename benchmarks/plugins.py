"""Measure what a plugin costs its author: lines to write, and seconds to green contract tests.

Both are of what `vierbein plugins new` writes. The seconds are those of `plugins new`, `pip install
-e` and `pytest` in a fresh virtual environment that sees what is installed here; making it does not
count.
"""

import subprocess
import sys
import venv
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from rows import write_row
from vierbein.cli.scaffold.distribution import plugin_files
from vierbein.cli.scaffold.names import names_of

KINDS = ("backbone", "adapter", "safeguard", "hardware")
RULE = (
    "pyproject.toml and all Python below src, as `plugins new` writes them; every line counts, "
    "docstrings too, but blank ones and comments"
)


def author_lines(kind: str) -> int:
    """Count the lines of a plugin's class and pyproject.toml."""
    files = plugin_files(kind, names_of("vierbein-mine"), "Apache-2.0", 2026)
    counted = [t for path, t in files.items() if path == "pyproject.toml" or path.endswith(".py")]
    tests = [text for path, text in files.items() if path.startswith("tests/")]
    lines = [line.strip() for text in counted if text not in tests for line in text.splitlines()]
    return len([line for line in lines if line and not line.startswith("#")])


def rounds(number: int) -> Iterator[float]:
    """Time from `plugins new` to green contract tests, each in an environment of its own."""
    name = "vierbein-timed"
    for _ in range(number):
        with TemporaryDirectory() as folder:
            venv.create(folder, symlinks=True)
            python, made = str(Path(folder, "bin", "python")), str(Path(folder, name))
            (site,) = Path(folder).glob("lib/python*/site-packages")
            Path(site, "shared.pth").write_text("\n".join(sys.path[1:]))
            new = [python, "-m", "vierbein", "plugins", "new", name, "--kind", "backbone"]
            pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-index"]
            pip += ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
            test = [python, "-m", "pytest", "-q", f"--rootdir={made}", made]
            begun = perf_counter()
            for command in ([*new, "--dir", folder], [*pip, "-e", made], test):
                subprocess.run(command, check=True, cwd=folder)
            yield perf_counter() - begun


def main() -> None:
    """Measure and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="0: count lines only (default: 3)")
    arguments = parser.parse_args()
    command = "python benchmarks/plugins.py"
    for kind in KINDS:
        lines = author_lines(kind)
        print(write_row("plugins", f"author_lines_{kind}", lines, lines, lines, "1", RULE, command))
    if taken := list(rounds(arguments.rounds)):
        name, against = "scaffold_to_green_seconds", "a backbone, pip install -e included"
        figures = (median(taken), min(taken), max(taken))
        print(write_row("plugins", name, *figures, "s", against, command))


if __name__ == "__main__":
    main()
