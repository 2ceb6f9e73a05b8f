"""`vierbein runs list|show|diff`: what was run, and how two runs differ."""

from argparse import Namespace
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("runs", help="list runs, show one, tell how two differ")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="the runs below a folder")
    listing.add_argument("folder", nargs="?", default="runs", type=Path)
    showing = verbs.add_parser("show", help="the results of one run")
    showing.add_argument("folder", type=Path)
    diff = verbs.add_parser(
        "diff", help="how two runs differ: configuration, data, versions, figures"
    )
    diff.add_argument("first", type=Path)
    diff.add_argument("second", type=Path)
    for verb in (listing, showing, diff):
        verb.add_argument("--json", action="store_true", help="for programs")


def run(arguments: Namespace) -> int:
    """Do it."""
    said, shown = {"list": _list, "show": _show, "diff": _diff}[arguments.verb](arguments)
    if arguments.json:
        import json

        print(json.dumps(said, indent=1, sort_keys=True))
    else:
        from rich.console import Console

        Console(highlight=False).print(shown)
    return 0


def _list(arguments: Namespace) -> tuple[Any, Any]:
    from rich.table import Table

    from vierbein.experiment.runs import find, summary

    said = [summary(folder) for folder in find(arguments.folder)]
    table = Table("run", "name", "seed", "state", "transfer")
    for one in said:
        transfer = ", ".join(f"{name}: {word}" for name, word in one.get("transfer", {}).items())
        table.add_row(one["folder"], one["name"], str(one["seed"]), one["state"], transfer)
    return said, table if said else f"No runs below {arguments.folder}."


def _show(arguments: Namespace) -> tuple[Any, Any]:
    from vierbein.experiment.report.table import render
    from vierbein.experiment.runs import read, summary

    said = read(arguments.folder)
    if said["report"] is None:
        return said, f"{summary(arguments.folder)}\nThe same command again goes on with it."
    return said, render(said["report"])


def _diff(arguments: Namespace) -> tuple[Any, Any]:
    from rich.table import Table

    from vierbein.experiment.runs import differ

    said = differ(arguments.first, arguments.second)
    table = Table("topic", "where", str(arguments.first), str(arguments.second))
    for topic, found in said.items():
        for where, (first, second) in found.items():
            table.add_row(topic, where.lstrip("."), str(first), str(second))
    return said, table if table.row_count else "The runs do not differ."
