"""The command `vierbein import-weaver`: a published checkpoint becomes a base."""

import argparse
from pathlib import Path


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command's arguments."""
    parser = subparsers.add_parser(
        "import-weaver",
        help="make a base of a published ParticleNet or Particle Transformer",
        description="Make a base of a checkpoint that was trained with weaver.",
    )
    parser.add_argument("file", type=Path, help="the published .pt file, a state dict")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the base's folder")
    parser.add_argument(
        "--card", type=Path, help="what the file is, where it is not one that is known"
    )


def run(args: argparse.Namespace) -> int:
    """Check, read, rename and write."""
    from vierbein_weaver.checkpoint import import_checkpoint  # noqa: PLC0415 - loads torch

    card = import_checkpoint(args.file, args.output, args.card)
    print(f"{args.output}: {card['name']}, {card['licence']}")  # noqa: T201 - a command speaks
    print(f"Its outputs: {', '.join(card['outputs'])}")  # noqa: T201
    return 0
