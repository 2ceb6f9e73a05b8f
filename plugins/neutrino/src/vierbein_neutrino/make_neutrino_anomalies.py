"""The command `vierbein make-neutrino-anomalies`: generate the bank of signals."""

import argparse
from pathlib import Path


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command's arguments."""
    parser = subparsers.add_parser(
        "make-neutrino-anomalies",
        help="generate the neutrino bank of signals into a Parquet file",
        description="Generate every signal of the neutrino bank, and the card beside it.",
    )
    parser.add_argument("--nucleus", choices=("C12", "Ar40"), default="C12", help="what is hit")
    parser.add_argument("--anti", action="store_true", help="antineutrinos")
    parser.add_argument(
        "--num-events", type=int, default=1000, help="of each signal, at most 1000 (default: 1000)"
    )
    parser.add_argument("--seed", type=int, default=0, help="fixes every number (default: 0)")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, help="the Parquet file to write"
    )


def run(args: argparse.Namespace) -> int:
    """Generate the signals."""
    from rich.console import Console  # noqa: PLC0415 - `--help` loads no torch

    from vierbein_neutrino.bank_file import write_bank  # noqa: PLC0415
    from vierbein_neutrino.blocks import Setup  # noqa: PLC0415

    setup = Setup(args.nucleus, args.anti)
    card = write_bank(args.output, setup, args.num_events, args.seed)
    Console(stderr=True).print(
        f"{args.output}: {len(card['signals'])} signals of {card['num_events']} events, "
        f"{card['size'] / 1e6:.1f} MB"
    )
    return 0
