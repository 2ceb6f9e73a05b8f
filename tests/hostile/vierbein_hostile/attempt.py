"""Try one hostile configuration at one door, and see what became of it."""

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from omegaconf import OmegaConf

from vierbein.cli.main import main
from vierbein.errors.base import VierbeinError
from vierbein.experiment.run import run
from vierbein_hostile.cases import Case

SECRET = "tu-felix-Austria-9417"  # noqa: S105 - of nothing
CANARY = """
from pathlib import Path
Path({mark!r}).touch()
def sing(*args, **settings): pass
class Bird: pass
"""
LAB = '''
"""A plugin: composing a configuration must not import it."""
import vierbein_canary
class Net:
    """A network."""
    def __init__(self, schema: object, width: int = 4, note: str = "") -> None:
        """Take settings."""
'''


@dataclass(frozen=True)
class Outcome:
    """What became of it: exit status, words, whether code ran, whether a secret was shown."""

    status: int
    said: str
    has_run: bool
    has_leaked: bool

    @property
    def is_refused(self) -> bool:
        """Refused as a mistake of the user, and nothing else happened."""
        return self.status == 2 and not self.has_run and not self.has_leaked


class Place:
    """A working folder, a folder outside of it, an installed plugin and a canary."""

    def __init__(self, around: Path) -> None:
        self.folder, self.outside = around / "work", around / "outside"
        self.site, self.mark = around / "site", around / "mark"
        self.conf = self.site / "hostile_lab" / "conf"
        info = self.site / "hostile_lab-1.0.dist-info"
        for each in (self.folder / "conf" / "experiment", self.outside, self.conf, info):
            each.mkdir(parents=True)
        (self.outside / "secret.yaml").write_text(f"title: {SECRET}\n{SECRET}: 1\n")
        (self.site / "vierbein_canary.py").write_text(CANARY.format(mark=str(self.mark)))
        (self.site / "hostile_lab" / "__init__.py").write_text(LAB)
        (info / "METADATA").write_text(
            "Metadata-Version: 2.3\nName: hostile-lab\nVersion: 1.0\n"
            "Requires-Dist: vierbein>=0.1,<0.2\n"
        )
        (info / "entry_points.txt").write_text(
            "[vierbein.v1.backbone]\nlab_net = hostile_lab:Net\n"
        )

    def attempt(self, words: list[str], call: Callable[[list[str]], int]) -> Outcome:
        """Let words do what they can."""
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            status = call(words)
        written = b"".join(f.read_bytes() for f in self.folder.rglob("*") if f.is_file())
        has_run = self.mark.exists() or "vierbein_canary" in sys.modules
        has_leaked = SECRET in said.getvalue() or SECRET.encode() in written
        return Outcome(status, said.getvalue(), has_run, has_leaked)

    def write(self, case: Case, folder: Path) -> Path:
        """Write a case's files; those beside it stand in the working folder."""
        for name, text in case.files.items():
            (self.folder / name).write_text(text, "utf-8")
        file = folder / case.kind / "evil.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes((case.text or "").encode(case.encoding))
        return file


@contextmanager
def place() -> Iterator[Place]:
    """Make a place and work in it; afterwards everything is as before."""
    before, modules, path = Path.cwd(), set(sys.modules), list(sys.path)
    with TemporaryDirectory() as around:
        made = Place(Path(around).resolve())
        os.environ["VIERBEIN_SECRET"] = SECRET
        OmegaConf.clear_resolver("vierbein_hostile")
        OmegaConf.register_new_resolver("vierbein_hostile", lambda _: made.mark.touch())
        sys.path.insert(0, str(made.site))
        os.chdir(made.folder)
        try:
            yield made
        finally:
            os.chdir(before)
            sys.path[:] = path
            OmegaConf.clear_resolver("vierbein_hostile")
            del os.environ["VIERBEIN_SECRET"]
            for name in set(sys.modules) - modules:
                if name.partition(".")[0] in ("vierbein_canary", "hostile_lab"):
                    del sys.modules[name]


def command(words: list[str]) -> int:
    """Type `vierbein ...`; a traceback is status 1."""
    try:
        return main(words)
    except SystemExit as error:  # argparse's own refusal
        return int(error.code or 0)
    except Exception as error:  # noqa: BLE001 - whatever it is, it was not refused as it should be
        print(f"{type(error).__name__}: {error}")  # noqa: T201
        return 1


def python(words: list[str]) -> int:
    """Call `vierbein.experiment.run.run`."""
    try:
        run(overrides=words, is_quiet=True)
    except VierbeinError as error:
        print(error)  # noqa: T201
        return error.exit_status
    except Exception as error:  # noqa: BLE001
        print(f"{type(error).__name__}: {error}")  # noqa: T201
        return 1
    return 0


def _typed(here: Place, case: Case) -> Outcome:
    return here.attempt(["run", *case.words], command)


def _called(here: Place, case: Case) -> Outcome:
    return here.attempt(case.words, python)


def _in_folder(here: Place, case: Case) -> Outcome:
    here.write(case, here.folder / "conf")
    return here.attempt(["run", f"{case.kind}=evil"], command)


def _in_folder_called(here: Place, case: Case) -> Outcome:
    here.write(case, here.folder / "conf")
    return here.attempt([f"{case.kind}=evil"], python)


def _checked(here: Place, case: Case) -> Outcome:
    file = here.write(case, here.folder / "conf")
    return here.attempt(["config", "check", str(file)], command)


def _in_plugin(here: Place, case: Case) -> Outcome:
    here.write(case, here.conf)
    return here.attempt(["run", f"{case.kind}=evil"], command)


def _by_path(here: Place, case: Case) -> Outcome:
    file = here.write(case, here.outside)
    return here.attempt(["run", f"{case.kind}={file}"], command)


Door = Callable[[Place, Case], Outcome]


def doors(case: Case) -> dict[str, Door]:
    """Name the ways by which a case can come in."""
    if case.text is None:
        flags = any(word.startswith("-") for word in case.words)
        return {"run": _typed} if flags else {"run": _typed, "python": _called}
    ways: dict[str, Door] = {
        "run": _in_folder,
        "config check": _checked,
        "python": _in_folder_called,
        "plugin": _in_plugin,
        "path": _by_path,
    }
    return {name: door for name, door in ways.items() if name not in case.not_by}


def tried(case: Case, door: Door) -> Outcome:
    """Try a case at a door, in a place of its own."""
    with place() as here:
        return door(here, case.put(here.mark, here.outside))
