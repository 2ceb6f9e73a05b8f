"""Work in a process of its own: its result, and each way in which it can fail."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vierbein.errors.workers import MissingProgramError, WorkerFailedError
from vierbein.interfaces.worker import run, work

DOUBLE = """
import json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
job = json.loads((folder / "job.json").read_text())
print("doubling", job["number"])
(folder / "result.json").write_text(json.dumps({"number": 2 * job["number"]}))
"""


def script(folder: Path, text: str) -> Path:
    (folder / "script.py").write_text(text)
    return folder / "script.py"


def test_files_in_files_out(tmp_path: Path) -> None:
    doubled = work(sys.executable, script(tmp_path, DOUBLE), {"number": 21}, tmp_path)
    assert doubled == {"number": 42}
    assert (tmp_path / "log.txt").read_text() == "doubling 21\n"


def test_variables_are_added_to_those_of_this_process(tmp_path: Path) -> None:
    said = "import json, os\n"
    said += "found = [os.environ['MINE'], 'PATH' in os.environ]\n"
    said += "json.dump(found, open('result.json', 'w'))"
    found = work(sys.executable, script(tmp_path, said), {}, tmp_path, {"MINE": "yes"})
    assert found == ["yes", True]


def test_a_failing_script_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    failing = script(tmp_path, "print('so far'); raise ValueError('no such layer')")
    with pytest.raises(WorkerFailedError, match="no such layer") as caught:
        work(sys.executable, failing, {}, tmp_path)
    assert str(tmp_path / "log.txt") in str(caught.value)
    assert "so far" in (tmp_path / "log.txt").read_text()


def test_a_silent_end_is_not_explained_by_an_earlier_job_of_the_folder(tmp_path: Path) -> None:
    work(sys.executable, script(tmp_path, DOUBLE), {"number": 1}, tmp_path)
    dying = script(tmp_path, "import os; os.kill(os.getpid(), 9)")
    with pytest.raises(WorkerFailedError, match="status -9"):
        work(sys.executable, dying, {}, tmp_path)


def test_an_old_result_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    work(sys.executable, script(tmp_path, DOUBLE), {"number": 1}, tmp_path)
    with pytest.raises(WorkerFailedError, match="no result"):
        work(sys.executable, script(tmp_path, "pass"), {}, tmp_path)


def test_half_a_result_is_an_error(tmp_path: Path) -> None:
    half = script(tmp_path, "open('result.json', 'w').write('{\"numb')")
    with pytest.raises(WorkerFailedError, match="cannot be read"):
        work(sys.executable, half, {}, tmp_path)


@pytest.mark.parametrize("kind", ["absent", "not executable", "a folder"])
def test_an_interpreter_that_cannot_be_run(tmp_path: Path, kind: str) -> None:
    program = tmp_path / "python9"
    if kind == "not executable":
        program.write_text("")
    if kind == "a folder":
        program.mkdir()
    with pytest.raises(MissingProgramError, match=r"python9 cannot be run.*\n.*\n.*Install"):
        work(str(program), script(tmp_path, DOUBLE), {}, tmp_path)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_everything_that_it_started(tmp_path: Path, how: int) -> None:
    child = "import subprocess, sys\n"
    child += "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    child += "open('pid', 'w').write(str(p.pid)); p.wait()"
    working = f"""
import signal, sys
from pathlib import Path
from vierbein.interfaces.worker import run
signal.signal(signal.SIGTERM, signal.default_int_handler)
run([sys.executable, "-c", {child!r}], Path({str(tmp_path)!r}), "waiting")
"""
    process = subprocess.Popen([sys.executable, "-c", working], stderr=subprocess.PIPE, text=True)
    pid = wait_for(tmp_path / "pid")
    process.send_signal(how)
    _, said = process.communicate(timeout=20)
    assert "KeyboardInterrupt" in said
    assert "ProcessLookupError" not in said
    deadline = time.monotonic() + 10
    while is_running(pid):
        assert time.monotonic() < deadline, "the child outlived its worker"
        time.sleep(0.05)


def test_a_program_that_says_nothing(tmp_path: Path) -> None:
    with pytest.raises(WorkerFailedError, match="ended with status 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"], tmp_path, "nothing")


def wait_for(file: Path) -> int:
    deadline = time.monotonic() + 20
    while not (file.exists() and file.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return int(file.read_text())


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Where nobody reaps orphans, it stays as a zombie.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
