"""`vierbein hardware`: make the environment that a hardware backend's programs run in."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("hardware", help="make a hardware backend's environment")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    setup = verbs.add_parser(
        "setup",
        help="make the environment that a backend runs its tool in",
        description="Make the environment that a backend runs its tool in, from pinned versions. "
        "Interrupted, it leaves nothing that is taken for a whole one; the same command again "
        "begins anew.",
    )
    setup.add_argument("name", help="the backend, as in hardware=NAME")
    setup.add_argument("--folder", type=Path, help="where (default: where the backend looks)")


def run(arguments: Namespace) -> int:
    """Make it, with a line on standard error for each step, and say whether it can run."""
    from vierbein.registry.installed import installed

    registry = installed()
    backend = registry.load(registry.find("hardware", arguments.name))()
    backend.setup(arguments.folder, lambda said: print(said, file=sys.stderr, flush=True))
    if arguments.folder is None:
        probe = backend.probe()
        print(f"{arguments.name}: {probe.reason or 'it can run here'}")
        for level, reason in probe.missing.items():
            print(f"{arguments.name}, level {level}: {reason}")
    return 0
