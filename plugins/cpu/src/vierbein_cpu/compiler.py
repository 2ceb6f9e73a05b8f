"""A compiler of C, as a program of this machine."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vierbein.errors.workers import WorkerFailedError
from vierbein.interfaces.worker import LOG, run
from vierbein_cpu.errors import CompilerFailedError

_SECONDS = 20


@dataclass(frozen=True)
class Compiler:
    """Makes libraries of C.

    Parameters
    ----------
    program
        Its name, or its path.
    options
        For every compilation.
    """

    program: str
    options: Sequence[str]

    @property
    def version(self) -> str | None:
        """What it says of itself, or None if there is no such program."""
        if shutil.which(self.program) is None:
            return None
        try:
            said = subprocess.run(  # noqa: S603 - the user's own setting names it
                [self.program, "--version"],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return (said.stdout.splitlines() or ["of unknown version"])[0]

    def compile(self, source: str, library: str, options: Sequence[str], folder: Path) -> None:
        """Compile a file in a folder to a library there, which is whole or not there.

        Parameters
        ----------
        source
            Name of the file.
        library
            Name of what comes out.
        options
            Behind those of every compilation, so that they prevail.
        folder
            Where both are.

        Raises
        ------
        CompilerFailedError
            Says the compiler's first error; all its words stay in ``log.txt``.
        """
        part = f"{library}.part"
        command = [self.program, *self.options, *options, "-std=c11", "-shared", "-fPIC"]
        try:
            run([*command, "-o", part, source], folder, f"{self.program} {source}")
        except WorkerFailedError as error:
            said = (folder / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
            first = next((line for line in said if "error" in line.lower()), str(error))
            raise CompilerFailedError(self.program, first, str(folder / LOG)) from error
        finally:
            if (folder / LOG).exists() and not (folder / LOG).stat().st_size:
                (folder / LOG).unlink()
        (folder / part).replace(folder / library)
