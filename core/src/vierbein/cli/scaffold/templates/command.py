"""Prints the versions of what decides a run's figures."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from vierbein.provenance import versions


def add(subparsers: "_SubParsersAction[ArgumentParser]") -> None:
    """Declare the command and its words."""
    parser = subparsers.add_parser("exemplar", help="print versions")
    parser.add_argument("also", nargs="*", help="further distributions")


def run(arguments: Namespace) -> int:
    """Print them; the exit status is 0."""
    for name, version in versions(tuple(arguments.also)).items():
        print(f"{name} {version}")
    return 0
