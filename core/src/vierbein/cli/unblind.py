"""`vierbein unblind`: the one recorded act that makes a run's sealed events readable."""

from argparse import Namespace
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "unblind", help="open what a run sealed, if it is frozen and has passed, and record it"
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    parser.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="the custodian's key"
    )
    parser.add_argument(
        "--frozen",
        required=True,
        metavar="SHA256",
        help="the configuration that was approved: report.json's configuration_sha256",
    )
    parser.add_argument("--passphrase", action="store_true", help="ask for the key's")


def run(arguments: Namespace) -> int:
    """Do it."""
    from getpass import getpass

    from vierbein.experiment.unblind import unblind

    passphrase = getpass("passphrase of the key: ") if arguments.passphrase else ""
    done = unblind(arguments.run, arguments.key, arguments.frozen, passphrase)
    for domain, num in done.num_events.items():
        print(f"{domain}: {num} events of the signal region: {done.folder / domain}")
    print(f"runs that this key had unblinded before: {done.before}")
    return 0
