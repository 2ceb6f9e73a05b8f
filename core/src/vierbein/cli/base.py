"""`vierbein base probe FOLDER`: record what a base answers, so that loading it can be proved."""

from argparse import Namespace
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("base", help="record what a base answers")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    probing = verbs.add_parser(
        "probe",
        help="ask a base a few made events, and keep its answers in its card",
        description="Build the network that the card describes, load the base's parameters, and "
        "write its answers to the probe events into the card. The parameters stay as they are.",
    )
    probing.add_argument("folder", type=Path, help="with card.json and parameters.safetensors")


def run(arguments: Namespace) -> int:
    """Do it."""
    from vierbein.experiment.base import Base
    from vierbein.experiment.transfer import recorded
    from vierbein.registry.installed import installed
    from vierbein.storage.atomic import write_json
    from vierbein.storage.parameters import CARD

    base = Base.read(str(arguments.folder), ())
    probe = recorded(base, installed())
    write_json(arguments.folder / CARD, {**base.card, "probe": probe})
    print(f"{arguments.folder / CARD} now records {len(probe['pooled'])} answers.")
    print(f"The parameters are as they were: sha256 {base.sha256}")
    return 0
