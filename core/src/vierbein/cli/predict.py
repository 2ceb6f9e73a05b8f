"""`vierbein predict`: scores of a run's or a bundle's network for a file of events."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from vierbein.cli.adapter import add_policy


def add(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "predict", help="write the scores of a run's or bundle's network for a file of events"
    )
    parser.add_argument(
        "source",
        type=Path,
        metavar="RUN|BUNDLE",
        help="the run's folder, a .vbn file, or the name of an installed bundle",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="records that the adapter reads")
    parser.add_argument("-o", "--output", type=Path, required=True, help="scores.parquet or .root")
    parser.add_argument("--domain", default="", help="target domain, where the run has several")
    parser.add_argument("--base", metavar="FOLDER", help="the base that the bundle builds on")
    add_policy(parser)


def run(arguments: Namespace) -> int:
    """Do it."""
    from vierbein.experiment.predict import predict
    from vierbein.storage.signature import Policy

    done = predict(
        arguments.source,
        arguments.file,
        arguments.output,
        arguments.domain,
        base=arguments.base,
        policy=Policy(arguments.require_signature, arguments.allowed_signers, arguments.signer),
    )
    print(f"{done.num_events} events scored: {arguments.output}")
    if done.set_aside:
        print(f"{done.set_aside} bad records set aside")
    return 0
