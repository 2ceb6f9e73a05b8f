"""`vierbein base`: make a base of a published checkpoint; record what a base answers."""

from argparse import Namespace
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("base", help="import published checkpoints, record answers")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    importing = verbs.add_parser(
        "import",
        help="make a base of a checkpoint that others published",
        description="Make a base of a published checkpoint: every tensor has its place in the "
        "backbone that the card names, or the file is refused. It is never run as code.",
    )
    importing.add_argument("file", type=Path, help="the published .pt file")
    importing.add_argument("-o", "--output", type=Path, required=True, help="the base's folder")
    importing.add_argument(
        "--card", type=Path, help="what the file is (JSON), where no plugin knows it"
    )
    importing.set_defaults(do=_import)
    probing = verbs.add_parser(
        "probe",
        help="ask a base a few made events, and keep its answers in its card",
        description="Build the network that the card describes, load the base's parameters, and "
        "write its answers to the probe events into the card. The parameters stay as they are.",
    )
    probing.add_argument("folder", type=Path, help="with card.json and parameters.safetensors")
    probing.set_defaults(do=_probe)


def run(arguments: Namespace) -> int:
    """Do what the verb says."""
    done: int = arguments.do(arguments)
    return done


def _import(arguments: Namespace) -> int:
    from vierbein.experiment.published import import_published
    from vierbein.registry.installed import installed

    card = import_published(arguments.file, arguments.output, installed(), arguments.card)
    print(f"{arguments.output}: {card['name']}, {card['licence']}")
    print(f"Its outputs: {', '.join(card['outputs']) or 'none'}")
    if left := card.get("left_out"):
        print(f"Left out: {', '.join(left)}")
    return 0


def _probe(arguments: Namespace) -> int:
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
