"""A writer that is killed anywhere leaves the old file or the new one, never a part."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vierbein.storage.atomic import new_folder, read_json, sweep, write_bytes, write_json

# Kills itself at the n-th line that is run in the files named, in the middle of a write.
KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from vierbein.storage import atomic

left, path = int(sys.argv[1]), Path(sys.argv[2])
files = {atomic.__file__, shutil.__file__}

def trace(frame, event, argument):
    global left
    if frame.f_code.co_filename not in files:
        return None
    if event == "line":
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return trace

def write():
    if sys.argv[3] == "file":
        atomic.write_bytes(path, b"new" * 1000)
        return
    with atomic.new_folder(path) as folder:
        for number in range(2):
            (folder / str(number)).write_text("new")

sys.settrace(trace)
write()
"""
ENDLESS = """
import sys
from pathlib import Path
from vierbein.storage.atomic import write_bytes

print("ready", flush=True)
while True:
    for letter in (b"a", b"b"):
        write_bytes(Path(sys.argv[1]), letter * 20_000_000)
"""


def killed_at(line: int, path: Path, kind: str) -> bool:
    words = [sys.executable, "-c", KILLED, str(line), str(path), kind]
    status = subprocess.run(words, check=False).returncode
    assert status in (0, -signal.SIGKILL)
    return status != 0


def test_killed_at_any_line_it_leaves_the_old_file_or_the_new(tmp_path):
    path = tmp_path / "file"
    seen, line = set(), 0
    path.write_bytes(b"old")
    while killed_at(line := line + 1, path, "file"):
        seen.add(path.read_bytes())
        path.write_bytes(b"old")
    assert path.read_bytes() == b"new" * 1000
    assert line > 10
    assert len(list(tmp_path.iterdir())) > 1  # what the killed ones could not take away
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    assert seen == {b"old", b"new" * 1000}


@pytest.mark.parametrize("has_old", [True, False])
def test_killed_at_any_line_it_leaves_a_whole_folder_or_none(tmp_path, has_old):
    line, states = 0, set()
    path = tmp_path / "folder"
    while True:
        path = tmp_path / f"folder{line}"
        if has_old:
            path.mkdir()
            for number in range(2):
                (path / str(number)).write_text("old")
        if not killed_at(line := line + 1, path, "folder"):
            break
        held = [file.read_text() for file in path.iterdir()] if path.exists() else []
        assert held in (["old"] * 2, ["new"] * 2, []), f"killed at line {line}"
        states.add("".join(held[:1]))
    assert [file.read_text() for file in path.iterdir()] == ["new"] * 2
    assert line > 10
    sweep(tmp_path)
    assert not list(tmp_path.glob(".*"))
    assert states >= {"old" if has_old else "", "new"}


def test_killed_from_outside_at_any_time_it_leaves_a_whole_file(tmp_path):
    path = tmp_path / "file"
    for pause in (0.05, 0.07, 0.11, 0.17, 0.23, 0.3):
        words = [sys.executable, "-c", ENDLESS, str(path)]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(pause)
            process.kill()
        if path.exists():
            data = path.read_bytes()
            assert data in (b"a" * 20_000_000, b"b" * 20_000_000)
    assert path.exists()


def test_a_write_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_bytes(path, b"old")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_bytes(path, b"new")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_folder_that_was_not_filled_vanishes(tmp_path, error):
    def fill():
        with new_folder(tmp_path / "a" / "folder") as folder:
            (folder / "file").write_text("part")
            raise error

    with pytest.raises(error):
        fill()
    assert list((tmp_path / "a").iterdir()) == []


def test_a_folder_replaces_the_one_before_it_and_others_may_read_it(tmp_path):
    for content in ("first", "second"):
        with new_folder(tmp_path / "folder") as folder:
            (folder / content).write_text(content)
    assert [file.name for file in (tmp_path / "folder").iterdir()] == ["second"]
    assert [folder.name for folder in tmp_path.iterdir()] == ["folder"]
    write_bytes(tmp_path / "file", b"")
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("folder", "file")]
    assert modes == [0o755, 0o644]


def test_equal_data_are_equal_bytes_and_nan_is_no_json(tmp_path):
    write_json(tmp_path / "a" / "first", {"b": 1, "a": [0.1 + 0.2, None, "é"]})
    write_json(tmp_path / "second", {"a": [0.1 + 0.2, None, "é"], "b": 1})
    assert (tmp_path / "a" / "first").read_bytes() == (tmp_path / "second").read_bytes()
    assert read_json(tmp_path / "second") == {"a": [0.1 + 0.2, None, "é"], "b": 1}
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "second", {"a": float("nan")})
    assert json.loads((tmp_path / "second").read_text())["b"] == 1
