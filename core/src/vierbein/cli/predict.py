"""`vierbein predict`: scores of a run's network for a file of events."""

from argparse import Namespace
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "predict", help="write the scores of a run's network for a file of events"
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    parser.add_argument("file", type=Path, metavar="FILE", help="records that the adapter reads")
    parser.add_argument("-o", "--output", type=Path, required=True, help="scores.parquet or .root")
    parser.add_argument("--domain", default="", help="target domain, where the run has several")


def run(arguments: Namespace) -> int:
    """Do it."""
    from vierbein.experiment.predict import predict

    done = predict(arguments.run, arguments.file, arguments.output, arguments.domain)
    print(f"{done.num_events} events scored: {arguments.output}")
    if done.set_aside:
        print(f"{done.set_aside} bad records set aside")
    return 0
