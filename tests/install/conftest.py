"""Environments as a user has them, made in seconds: they share this one's torch, and no network.

A new environment sees everything that is installed here but vierbein and its plugins, which are
installed into it from wheels, as from an index.
"""

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
OURS = ("vierbein", "__editable__", "__pycache__")


class Environment:
    """A fresh virtual environment.

    Parameters
    ----------
    folder
        Where it is made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, shared = folder, folder / "shared"
        venv.create(folder, symlinks=True)
        shared.mkdir()
        for name in ("purelib", "platlib"):
            for entry in Path(sysconfig.get_path(name)).iterdir():
                link = shared / entry.name
                if not entry.name.startswith(OURS) and entry.suffix != ".pth" and not link.exists():
                    link.symlink_to(entry)
        (self.site / "shared.pth").write_text(f"{shared}\n")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("VIERBEIN_", "PYTHON"))}
        path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        self.environ = {**kept, "PATH": path, "PIP_NO_INDEX": "1", "OMP_NUM_THREADS": "1"}
        self.environ["XDG_DATA_HOME"] = str(folder / "data")

    @property
    def site(self) -> Path:
        """Where pip installs into."""
        return next(self.folder.glob("lib/python*/site-packages"))

    def install(self, *words: object) -> None:
        """Install wheels, or folders with -e, without their dependencies."""
        command = [*PIP, "--python", str(self.folder / "bin/python"), "install", "--no-deps"]
        command += ["--no-build-isolation", *map(str, words)]
        subprocess.run(command, check=True, env=self.environ)

    def run(self, *words: object, cwd: Path, status: int = 0) -> str:
        """Run a program of the environment; gives what it printed, errors too."""
        program = str(self.folder / "bin" / str(words[0]))
        made = subprocess.run(
            [program, *map(str, words[1:])],
            cwd=cwd,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert made.returncode == status, f"{words} gave {made.returncode}:\n{made.stdout}"
        return made.stdout


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Path]]:
    """Build wheels of folders, each into a folder of its own."""

    def make(*folders: Path) -> list[Path]:
        out = tmp_path_factory.mktemp("wheels")
        command = [*PIP, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", str(out)]
        subprocess.run([*command, *map(str, folders)], check=True)
        return sorted(out.glob("*.whl"))

    return make


@pytest.fixture(scope="session")
def wheels(build: Callable[..., list[Path]]) -> list[Path]:
    """Build the wheels of vierbein and of its own plugins."""
    return build(
        ROOT / "core", *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))
    )


@pytest.fixture(scope="session")
def fresh(
    wheels: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Environment]:
    """Make environments with vierbein, its plugins and others, and nothing of this repository."""

    def make(*others: Path) -> Environment:
        made = Environment(tmp_path_factory.mktemp("environment"))
        made.install(*wheels, *others)
        return made

    return make


@pytest.fixture(scope="module")
def environment(fresh: Callable[..., Environment]) -> Environment:
    """Make one for the tests of a file."""
    return fresh()
