"""The command `vierbein heavy`."""

import pandas as pd


def add(subparsers):
    """Declare the command."""
    subparsers.add_parser("heavy", help=f"say hello with pandas {pd.__version__}")


def run(arguments):
    """Say hello."""
    return 0
