"""`vierbein run`: an experiment from its configuration to its verdicts."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vierbein.experiment.assembly import Assembly
    from vierbein.experiment.result import Result

LOCK = "vierbein.lock"
"""The usual name of a lock."""

_HELP = """examples:
  vierbein run experiment=quickstart
  vierbein run experiment=quickstart tuner=lora tuner.rank=8 seed=3
  vierbein run --multirun experiment=quickstart tuner=full,lora,bitfit seed=0,1,2
  vierbein run experiment=quickstart --plan
  vierbein run experiment=quickstart --locked FILE
"""


def add(subparsers: Any) -> None:
    """Declare the command."""
    from argparse import RawDescriptionHelpFormatter

    parser = subparsers.add_parser(
        "run",
        help="run an experiment, from its configuration to its verdicts",
        epilog=_HELP,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="what to change")
    parser.add_argument("--multirun", action="store_true", help="one run for each of a=1,2 b=x,y")
    parser.add_argument(
        "--plan", action="store_true", help="say what would be done, and do nothing"
    )
    parser.add_argument(
        "--locked",
        nargs="?",
        const=LOCK,
        type=Path,
        metavar="FILE",
        help=f"refuse another environment than a lock's (default: {LOCK})",
    )
    parser.add_argument("--cfg", action="store_true", help="print the configuration, do nothing")


def flags_first(words: Sequence[str]) -> list[str]:
    """Put flags, which may stand anywhere between the KEY=VALUE, before them.

    Parameters
    ----------
    words
        The command line, as the shell split it.

    Returns
    -------
    list
        The flags in their order, then the KEY=VALUE in theirs.

    Examples
    --------
    >>> flags_first(["seed=3", "--locked", "my.lock", "--plan"])
    ['--locked=my.lock', '--plan', 'seed=3']
    >>> flags_first(["--locked", "seed=3"])
    ['--locked=vierbein.lock', 'seed=3']
    """
    flags: list[str] = []
    overrides: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        if before == "--locked" and "=" not in word and word[0] not in "-+~":
            flags[-1] = f"--locked={word}"
        elif word.startswith("-"):
            flags.append(f"--locked={LOCK}" if word == "--locked" else word)
        else:
            overrides.append(word)
    return [*flags, *overrides]


def run(arguments: Namespace) -> int:
    """Do it; the exit status is the worst of all runs."""
    import signal

    # A batch system's SIGTERM ends a run as Ctrl-C does: the processes beside this one end too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from vierbein.config.sweep import expand

    overrides = arguments.overrides
    runs = expand(overrides) if arguments.multirun else [overrides]
    return max([_one(job, arguments, len(runs)) for job in runs], default=0)


def _one(overrides: list[str], arguments: Namespace, num_runs: int) -> int:
    from rich.console import Console

    from vierbein.experiment.assembly import Assembly
    from vierbein.experiment.lock import require
    from vierbein.experiment.run import configure, perform
    from vierbein.registry.installed import installed
    from vierbein.storage.hashing import sha256_of_data

    console = Console(highlight=False)
    if num_runs > 1:
        console.print(f"[bold]{' '.join(overrides)}[/bold]")
    configuration = configure(overrides=overrides)
    if arguments.locked:
        require(arguments.locked, configuration, installed())
    if num_runs > 1:  # each run of a sweep has a folder of its own, the same one when it goes on
        configuration["run_folder"] += f"/{sha256_of_data(overrides)[:8]}"
    if arguments.cfg:
        _print_configuration(configuration)
        return 0
    assembly = Assembly(configuration)
    if arguments.plan:
        from vierbein.experiment.plan import plan

        console.print(plan(assembly))
        return 0
    result = perform(assembly, console)
    _show(result, assembly, console)
    return result.exit_status


def _print_configuration(configuration: dict[str, Any]) -> None:
    import json

    json.dump(configuration, sys.stdout, indent=2)
    print()


def _show(result: "Result", assembly: "Assembly", console: Any) -> None:
    from vierbein.experiment.report.table import render
    from vierbein.experiment.report.trust import unasked
    from vierbein.experiment.result import REPORT, REPORT_HTML

    if (result.folder / REPORT).exists():
        console.print(render(result.report, unasked(assembly.registry, result.report)))
        console.print(f"\nreport: {result.folder / REPORT_HTML}")
