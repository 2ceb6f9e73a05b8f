"""The command line: `vierbein COMMAND ...`.

A command is a module with `add(subparsers)`, which adds a parser of the command's name and imports
nothing heavy, and `run(arguments) -> int`, which gives the exit status. Plugins add commands the
same way: an entry point of the group `vierbein.v1.command` names such a module.
"""

import sys
from collections.abc import Sequence
from types import ModuleType

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("vierbein.cli.run", "run an experiment, from its configuration to its verdicts"),
    "predict": ("vierbein.cli.predict", "write the scores of a run or bundle for a file of events"),
    "adapter": ("vierbein.cli.adapter", "publish adapters as bundles, verify and install them"),
    "base": ("vierbein.cli.base", "import published checkpoints, record what a base answers"),
    "hardware": ("vierbein.cli.hardware", "make the environment that a hardware backend runs in"),
    "custodian": ("vierbein.cli.custodian", "make a key that opens what runs seal"),
    "unblind": ("vierbein.cli.unblind", "open what a run sealed, if it has passed, and record it"),
    "runs": ("vierbein.cli.runs", "list runs, show one, tell how two differ"),
    "plugins": (
        "vierbein.cli.plugins",
        "list what is installed, show its settings, check it, begin a new one",
    ),
    "config": ("vierbein.cli.config", "check an experiment's file without running it"),
}
"""Name -> (module, what it does in one line). Modules are imported when their command is chosen."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv
        The words after `vierbein`; the process's own if None.

    Returns
    -------
    int
        0 done, 2 a mistake that the user can mend, 3 a safeguard failed or transfer was negative in
        all or in part, 130 interrupted, 141 the reader of the output went away. A bug leaves its
        traceback.
    """
    try:
        status = _dispatch(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("vierbein: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        _mute_stdout()
        return 141
    except Exception as error:
        from vierbein.errors.base import VierbeinError

        if not isinstance(error, VierbeinError):
            raise
        print(f"vierbein: error: {error}", file=sys.stderr)
        return error.exit_status
    return status


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in {"-h", "--help"}:
        print(overview())
        return 0
    if words[0] in {"-V", "--version"}:
        from vierbein import __version__

        print(f"vierbein {__version__}")
        return 0
    command = _module(words[0])
    if words[0] == "run":
        words[1:] = command.flags_first(words[1:])
    from argparse import ArgumentParser

    parser = ArgumentParser(prog="vierbein", allow_abbrev=False)
    command.add(parser.add_subparsers(metavar="COMMAND", required=True))
    return int(command.run(parser.parse_args(words)))


def overview() -> str:
    """Say what `vierbein --help` says, from the table alone."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}   {about}" for name, (_, about) in COMMANDS.items()]
    return "\n".join(
        [
            "usage: vierbein COMMAND ...",
            "",
            "Carry a pretrained network to another detector, and prove what that changed.",
            "",
            *lines,
            "",
            "The words that a command takes:            vierbein COMMAND --help",
            "Commands that installed plugins add:       vierbein plugins list --kind command",
            "The version:                               vierbein --version",
        ]
    )


def _module(name: str) -> ModuleType:
    """Import a command's module: our own, or a plugin's."""
    if name in COMMANDS:
        from importlib import import_module

        return import_module(COMMANDS[name][0])
    from vierbein.errors.plugins import UnknownCommandError, UnknownComponentError
    from vierbein.registry.installed import installed

    registry = installed()
    try:
        module: ModuleType = registry.load(registry.find("command", name))
    except UnknownComponentError:
        raise UnknownCommandError(name, [*COMMANDS, *registry.names("command")]) from None
    return module


def _mute_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's own last flush is silent."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
