"""What an import pulls in, seen in a process of its own."""

import os
import subprocess
import sys
from functools import cache
from typing import Final

HEAVY: Final = frozenset(
    {"hydra", "jax", "omegaconf", "onnxruntime", "pandas", "scipy", "sklearn", "tensorflow"}
    | {"torch"}
)
"""Packages that take long to import: neither a list nor `--help` may wait for them."""


@cache
def loaded(program: str) -> frozenset[str]:
    """Run Python statements in a new interpreter, and name the top-level packages that it loaded.

    Parameters
    ----------
    program
        What to run, on this process's import path.

    Returns
    -------
    frozenset[str]
        Names of packages.

    Raises
    ------
    ImportError
        If it fails, with its last line.
    """
    code = f"{program}\nimport sys\nprint('LOADED', *{{m.partition('.')[0] for m in sys.modules}})"
    path = os.pathsep.join(folder for folder in sys.path if folder)
    run = subprocess.run(  # noqa: S603 - the plugin under test, which its author installed
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise ImportError((run.stderr.strip().splitlines() or ["no message"])[-1])
    return frozenset(run.stdout.rpartition("LOADED")[2].split())


def heavy(program: str, but_for: str = "pass") -> list[str]:
    """Name the heavy packages that statements load, beyond those that others do."""
    return sorted((loaded(program) - loaded(but_for)) & HEAVY)


def newly_loaded(before: str, then: str) -> list[str]:
    """Name the packages that statements load after others, Python's own aside."""
    forget = "for name in before: sys.modules.pop(name)"
    program = f"{before}\nimport sys\nbefore = set(sys.modules) - {{'sys'}}\n{then}\n{forget}"
    names = loaded(program) - sys.stdlib_module_names
    return sorted(name for name in names if not name.startswith("_"))
