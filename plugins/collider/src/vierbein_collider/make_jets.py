"""The command `vierbein make-jets`: generate jets into a Parquet file."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vierbein_collider.generation.detectors import DETECTORS
from vierbein_collider.generation.signals import KNOWN


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command's arguments."""
    parser = subparsers.add_parser(
        "make-jets",
        help="generate jets into a Parquet file",
        description="Generate jets with Pythia 8, a parametrised detector and anti-kt.",
    )
    parser.add_argument("--domain", choices=sorted(DETECTORS), required=True, help="the detector")
    parser.add_argument(
        "--process",
        choices=sorted(KNOWN),
        nargs="+",
        default=["qcd", "top"],
        help="hard processes, in equal shares (default: qcd top)",
    )
    parser.add_argument("--num-jets", type=int, required=True, help="number of jets in all")
    parser.add_argument("--seed", type=int, default=0, help="fixes every number (default: 0)")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, help="the Parquet file to write"
    )


def run(args: argparse.Namespace) -> int:
    """Generate the jets, with a progress bar on standard error."""
    from vierbein_collider.jet_file import write_jets  # noqa: PLC0415 - `--help` loads no torch

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    processes = [KNOWN[name] for name in args.process]
    with Progress(*columns, console=console) as bars:
        bar = bars.add_task(f"jets in {args.domain}", total=args.num_jets)
        card = write_jets(
            args.output,
            DETECTORS[args.domain],
            processes,
            args.num_jets,
            args.seed,
            lambda made: bars.advance(bar, made),
        )
    console.print(f"{args.output}: {args.num_jets} jets, {card['size'] / 1e6:.1f} MB")
    return 0
