"""Work in a process of its own, with an interpreter of its own: files in, files out."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from vierbein.errors.workers import MissingProgramError, WorkerFailedError

JOB, RESULT, LOG = "job.json", "result.json", "log.txt"


def work(
    interpreter: str,
    script: Path,
    job: Mapping[str, Any],
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> Any:
    """Run a script on a job, and give its result.

    The script is called with the folder, reads ``job.json`` there, and writes ``result.json``;
    arrays travel as npz files beside them. What it prints goes to ``log.txt``. It is ended, with
    everything that it started, if this process is interrupted.

    Parameters
    ----------
    interpreter
        A Python interpreter, which may belong to another environment.
    script
        What it runs.
    job
        Plain data.
    folder
        Where the files are.
    environment
        Variables besides those of this process.

    Returns
    -------
    Any
        What the script wrote, plain data.

    Raises
    ------
    MissingProgramError
        If there is no such interpreter.
    WorkerFailedError
        If it ended with an error, or without a result.
    """
    (folder / JOB).write_text(json.dumps(job), encoding="utf-8")
    (folder / RESULT).unlink(missing_ok=True)
    command = [interpreter, str(script), str(folder)]
    run(command, folder, f"{script.stem} in {interpreter}", environment)
    if not (folder / RESULT).exists():
        raise WorkerFailedError(script.stem, "it wrote no result", str(folder / LOG))
    try:
        return json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except ValueError as error:
        reason = f"its result cannot be read ({error})"
        raise WorkerFailedError(script.stem, reason, str(folder / LOG)) from error


def run(
    command: list[str], folder: Path, task: str, environment: Mapping[str, str] | None = None
) -> None:
    """Run a program in a folder, its words in ``log.txt`` there; ended whole if interrupted.

    Parameters
    ----------
    command
        Program and arguments.
    folder
        Where it works.
    task
        What it does, in words.
    environment
        Variables besides those of this process.

    Raises
    ------
    MissingProgramError
        If there is no such program.
    WorkerFailedError
        If it ends with an error.
    """
    with (folder / LOG).open("ab") as log:
        before = log.tell()
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own setting names it
                command,
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
            raise MissingProgramError(command[0], "Install it, or name another.") from error
        try:
            status = process.wait()
        except BaseException:
            with suppress(ProcessLookupError):  # it ended by itself meanwhile
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
    if status:
        said = (folder / LOG).read_bytes()[before:].decode(errors="replace").strip().splitlines()
        reason = said[-1].strip() if said else f"it ended with status {status}"
        raise WorkerFailedError(task, reason, str(folder / LOG))
