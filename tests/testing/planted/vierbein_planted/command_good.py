"""The command `vierbein greet`."""


def add(subparsers):
    """Declare the command."""
    subparsers.add_parser("greet", help="say hello")


def run(arguments):
    """Say hello."""
    return 0
