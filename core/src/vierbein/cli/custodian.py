"""`vierbein custodian`: a key that opens seals."""

from argparse import Namespace
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("custodian", help="make a key that opens what runs seal")
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="new; outside of every run's folder"
    )
    parser.add_argument(
        "--passphrase", action="store_true", help="ask for one, that the key needs besides"
    )


def run(arguments: Namespace) -> int:
    """Do it."""
    from getpass import getpass

    from vierbein.storage.custodian import new_key

    passphrase = getpass("passphrase of the new key: ") if arguments.passphrase else ""
    public = new_key(arguments.file, passphrase)
    print(f"{arguments.file}: keep it, and give it to no run. What runs may know of it:")
    print(f"seal.custodian={public}")
    return 0
