"""Import one module in a process of its own: how long it takes, and whether its components work.

A plugin whose import crashes, hangs or ends the process is told like any other broken one.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from time import perf_counter
from typing import Final, NamedTuple

from vierbein.registry.check import check_component
from vierbein.registry.component import Component
from vierbein.registry.installed import installed
from vierbein.registry.loading import broken, without
from vierbein.registry.problem import Problem

LIMIT: Final = 300.0
"""Seconds after which an import is given up."""


class Examination(NamedTuple):
    """What came of importing a module.

    Parameters
    ----------
    seconds
        The import's wall time, with everything that the module itself imports; None if it failed.
    problems
        What is wrong, component by component.
    """

    seconds: float | None
    problems: tuple[tuple[Problem, ...], ...]


def examine(components: Sequence[Component], limit: float = LIMIT) -> Examination:
    """Import the one module that some components share, in a fresh process.

    Parameters
    ----------
    components
        At least one; all of one module.
    limit
        Seconds that the process may take.

    Returns
    -------
    Examination
        With the problems of each component, in the order given.
    """
    words = [f"{c.kind}={c.qualified}" for c in components]
    command = [sys.executable, "-P", "-m", "vierbein.registry.examine", *words]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        made = subprocess.run(  # noqa: S603 - this very file
            command, capture_output=True, text=True, env=environ, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return _failed(components, f"Its import took more than {limit:g} s.", "")
    if made.returncode or not made.stdout:
        told = f"Its import ended the process with status {made.returncode}."
        return _failed(components, told, made.stderr)
    seconds, problems = json.loads(made.stdout)
    return Examination(seconds, tuple(tuple(Problem(*p) for p in faults) for faults in problems))


def _failed(components: Sequence[Component], reason: str, stderr: str) -> Examination:
    place = (stderr.strip().splitlines() or [components[0].module])[-1]
    return Examination(
        None,
        tuple(
            (Problem("broken", c.distribution, str(broken(c, reason, place, without(c)))),)
            for c in components
        ),
    )


def _main(words: Sequence[str]) -> None:
    # What a plugin prints while it is imported must not stand in the answer.
    answer = os.dup(1)
    os.dup2(2, 1)
    registry = installed()
    components = [registry.find(*word.split("=", 1)) for word in words]
    begun = perf_counter()
    with suppress(Exception, SystemExit):  # `check_component` meets it again, and tells it
        import_module(components[0].module)
    seconds = perf_counter() - begun
    problems = [check_component(registry, component) for component in components]
    is_broken = any(problem.what == "broken" for faults in problems for problem in faults)
    with os.fdopen(answer, "w") as channel:
        json.dump([None if is_broken else seconds, problems], channel)


if __name__ == "__main__":
    _main(sys.argv[1:])
