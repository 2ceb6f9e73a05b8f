"""The command `vierbein import-omnilearned`: a checkpoint of OmniLearned becomes a base."""

import argparse
from pathlib import Path


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command's arguments."""
    parser = subparsers.add_parser(
        "import-omnilearned",
        help="make a base of a checkpoint of OmniLearned",
        description="Make a base of a checkpoint that was trained with omnilearned.",
    )
    parser.add_argument("file", type=Path, help="the checkpoint, best_model_<tag>.pt")
    parser.add_argument("--card", type=Path, required=True, help="what the file is, a JSON file")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the base's folder")


def run(args: argparse.Namespace) -> int:
    """Check, read and write."""
    from vierbein_omnilearned.checkpoint import import_checkpoint  # noqa: PLC0415 - loads torch

    card = import_checkpoint(args.file, args.output, args.card)
    print(f"{args.output}: {card['name']}, {card['licence']}")  # noqa: T201 - a command speaks
    print(f"Left out: {', '.join(card['left_out'])}")  # noqa: T201
    return 0
