import json
import signal
import subprocess
import sys

import pytest

from vierbein.errors.files import OtherConfigurationError, RunFolderInUseError
from vierbein.storage.run_folder import CONFIGURATION, claim, differences, locked

HOLDER = """
import sys, time
from pathlib import Path
from vierbein.storage.run_folder import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds a run folder."""
    words = [sys.executable, "-c", HOLDER, str(tmp_path / "run")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_folder_that_another_process_holds_is_refused_with_its_pid(holder, tmp_path):
    before = {path: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    with pytest.raises(RunFolderInUseError, match=rf"pid {holder.pid}\b"), locked(tmp_path / "run"):
        pass
    assert {path: path.read_bytes() for path in (tmp_path / "run").iterdir()} == before


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_however_the_other_process_ends_the_folder_is_free(holder, tmp_path, ending):
    holder.send_signal(ending)
    holder.wait()
    with locked(tmp_path / "run") as folder:
        assert folder == tmp_path / "run"


def test_it_is_free_after_an_error(tmp_path):
    with pytest.raises(ValueError, match="mine"), locked(tmp_path / "a" / "run"):
        raise ValueError("mine")
    with locked(tmp_path / "a" / "run"):
        pass


def test_two_folders_do_not_hinder_each_other(tmp_path):
    with locked(tmp_path / "a"), locked(tmp_path / "b"):
        pass


def test_a_folder_keeps_its_configuration(tmp_path):
    claim(tmp_path, {"seed": 1, "tuner": {"lora": {"rank": 8}}})
    claim(tmp_path, {"tuner": {"lora": {"rank": 8}}, "seed": 1})
    with pytest.raises(OtherConfigurationError, match=r"differs in seed, tuner\.lora\.rank"):
        claim(tmp_path, {"seed": 2, "tuner": {"lora": {"rank": 4}}})
    assert json.loads((tmp_path / CONFIGURATION).read_text())["seed"] == 1


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ({}, {}, {}),
        ({"a": 1}, {}, {"a": (1, None)}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, {"a.c": (2, 3)}),
        ({"a": {"b": 1}}, {"a": 5}, {"a": ({"b": 1}, 5)}),
        ({"a": [1, 2]}, {"a": [1, 3]}, {"a": ([1, 2], [1, 3])}),
        ({"a": {}}, {"a": {"b": {"c": 0}}}, {"a.b": (None, {"c": 0})}),
    ],
)
def test_differences_are_named_by_their_paths(first, second, found):
    assert differences(first, second) == found
