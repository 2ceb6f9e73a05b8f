"""What commands print: JSON for programs, lines that fit the terminal for people."""

import os
import sys
from collections.abc import Iterable
from typing import Any

from vierbein.registry.problem import Problem


def print_json(**document: Any) -> None:
    """Print a document, with the versions that it speaks of."""
    import json

    import vierbein
    from vierbein.registry.kinds import API

    head = {"vierbein": vierbein.__version__, "plugin_api": API}
    print(json.dumps({**head, **document}, indent=2, default=str))


def columns() -> int:
    """Give the terminal's width; 0 where the output is no terminal."""
    return os.get_terminal_size().columns if sys.stdout.isatty() else 0


def print_problems(problems: Iterable[Problem]) -> None:
    """Print what is wrong, under a heading; nothing where nothing is."""
    if found := list(problems):
        print(f"\nProblems ({len(found)}):")
    for problem in found:
        print("  - " + problem.message.replace("\n", "\n    "))
