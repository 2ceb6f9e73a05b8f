"""What hls4ml makes is exact, the same twice, and safe from failing tools."""

import errno
import json
import re
import shutil
import signal
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from vierbein.errors.workers import MissingProgramError, WorkerFailedError
from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import (
    OPERATIONS,
    Add,
    Concatenate,
    Dense,
    Max,
    Mean,
    Quantise,
    Reshape,
    Sum,
    Take,
    Transpose,
)
from vierbein.fixed_point.program import WORDS, Program
from vierbein.interfaces.hardware import Artifact, Level
from vierbein.interfaces.verification import golden, verify
from vierbein.testing.fixed_point_network import made_fixed_point_network
from vierbein.testing.made_program import PROGRAMS, WORD
from vierbein_hls4ml.errors import (
    BuildFailedError,
    CannotLowerError,
    ClockPeriodError,
    LevelNotOfferedError,
    NoRoomError,
    WordsError,
)
from vierbein_hls4ml.hls4ml import Hls4ml

RNG = np.random.default_rng(8)
TINY = Format(is_signed=False, num_bits=3, num_fraction=-1)
SIGNED = Format(is_signed=True, num_bits=5, num_fraction=2)


def dense(name: str, given: str, shape: tuple[int, int], fraction: int) -> Dense:
    bias = 2 * RNG.integers(-9, 9, shape[1]) + 1
    return Dense(name, (given,), RNG.integers(-7, 8, shape), 2, bias, fraction + 3)


EVERYTHING = Program(
    (4, 3),
    WORD,
    (
        dense("layers.0.own", WORDS, (3, 4), 3),
        Quantise("layers.0.q", ("layers.0.own",), SIGNED),
        Sum("total", ("layers.0.q",), 0, is_kept=True),
        Add("told", ("layers.0.q", "total")),
        Transpose("turned", ("told",), (1, 0)),
        dense("across", "turned", (4, 4), 2),
        Quantise("across/q", ("across",), TINY),
        Take("pairs", ("across/q",), (0, 1, 1, 3), 0),
        Concatenate("both", ("across/q", "pairs", "layers.0.q"), -1),
        Reshape("cube", ("both",), (2, 2, 12)),
        Max("largest", ("cube",), 1),
        Mean("mean", ("largest",), 0),
        Max("most", ("mean",), 0, is_kept=True),
        dense("out", "mean", (12, 2), 3),
    ),
)


@pytest.fixture(scope="module")
def network():
    return made_fixed_point_network(0)


@pytest.fixture(scope="module")
def artifact(network, events, tmp_path_factory) -> Artifact:
    return Hls4ml().lower(network, events, tmp_path_factory.mktemp("artifact"))


def program(folder: Path, text: str) -> str:
    """Write a program that stands for a tool."""
    file = folder / "tool"
    file.write_text(f"#!{sys.executable}\n{text}")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def words(num: int = 3) -> dict:
    return {WORDS: np.ones((num, 4, 3), np.int64)}


def bytes_of(artifact: Artifact) -> dict[str, bytes]:
    return {name: (artifact.folder / name).read_bytes() for name in artifact.files}


def test_every_operation_is_exact_in_the_compiled_code(programmed, events, tmp_path) -> None:
    assert {type(each) for each in EVERYTHING.operations} == set(OPERATIONS)
    network, backend = programmed(EVERYTHING), Hls4ml()
    inputs, outputs = golden(network, events)
    folder = tmp_path / "artifact"
    folder.mkdir()
    artifact = backend.lower(network, events, folder)
    for level in backend.levels:
        emulated = backend.emulate(artifact, level, inputs)
        assert verify(outputs, emulated, backend.numerics).first_differing is None, level
        assert set(emulated) == set(outputs), level  # every tensor can be looked at
    assert len(np.unique(outputs["prediction"])) > 50
    figures = {figure.name: figure for figure in backend.report(artifact, network, events)}
    assert set(figures) == {"size of the project", "time of lowering", "time of simulation build"}
    assert all(figure.value > 0 for figure in figures.values())


def test_equal_networks_give_equal_artifacts_without_paths(
    network, events, artifact, tmp_path
) -> None:
    folder = tmp_path / "again"
    folder.mkdir()
    again = Hls4ml().lower(network, events, folder)
    assert bytes_of(again) == bytes_of(artifact)
    assert list(again.files)[:2] == ["model.qonnx", "io.json"]
    ours = [str(tmp_path).encode(), str(artifact.folder).encode(), b"vierbein_hls4ml_"]
    assert not [n for n, text in bytes_of(again).items() if any(path in text for path in ours)]


def test_the_description_gives_ports_and_formats(artifact) -> None:
    said = json.loads((artifact.folder / "io.json").read_text())
    assert said["formats"][WORDS] == {"is_signed": True, "num_bits": 6, "num_fraction": 3}
    assert said["shapes"]["out"] == [2]
    assert (said["part"], said["clock_period"]) == ("xcvu13p-flga2577-2-e", 5.0)
    header = (artifact.folder / "project/firmware/defines.h").read_text()
    assert "typedef ap_fixed<6,3> input_t;" in header


def test_words_that_the_port_cannot_take_are_refused(artifact) -> None:
    beyond = words()
    beyond[WORDS][1, 0, 0] = 32
    for level in Hls4ml.levels:
        with pytest.raises(WordsError, match=r"1 of 3 events.*\n.*-32 to 31.*\n.*Saturate"):
            Hls4ml().emulate(artifact, level, beyond)
    with pytest.raises(WordsError, match=r"float64"):
        Hls4ml().emulate(artifact, Level.GRAPH, {WORDS: np.ones((3, 4, 3))})
    with pytest.raises(WordsError, match=r"of shape \(3, 4\)"):
        Hls4ml().emulate(artifact, Level.GRAPH, {WORDS: np.ones((3, 4), np.int64)})


def test_rtl_is_not_offered_and_what_runs_it_is_said(artifact) -> None:
    with pytest.raises(
        LevelNotOfferedError, match=r"'rtl'.*\n.*graph, csim.*Vitis HLS.*\n.*alkaid"
    ):
        Hls4ml().emulate(artifact, Level.RTL, words())


def test_it_lowers_only_what_check_passes(programmed, events, tmp_path) -> None:
    four = Reshape("four", (WORDS,), (2, 2, 3, 1))
    turned = Transpose("turned", ("four",), (3, 2, 1, 0))
    network = programmed(Program((4, 3), WORD, (four, turned)))
    with pytest.raises(CannotLowerError, match=r"turned: Transpose over 4 axes.*\n.*another"):
        Hls4ml().lower(network, events, tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["benches"]


def test_a_project_that_does_not_compile(artifact, tmp_path, bench) -> None:
    text = "import sys; print('warning: deprecated'); "
    text += "print('program.cpp:7:3: error: no such layer'); print('error: more'); sys.exit(1)"
    compiler, before = program(tmp_path, text), bytes_of(artifact)
    with pytest.raises(
        BuildFailedError, match=r"program.cpp:7:3: error: no such layer\n"
    ) as caught:
        Hls4ml(compiler=compiler).emulate(artifact, Level.CSIM, words())
    (kept,) = bench.iterdir()
    assert str(kept / "log.txt") in str(caught.value)
    assert "error: more" in (kept / "log.txt").read_text()
    assert bytes_of(artifact) == before


def test_a_compiler_on_a_full_disk(artifact, tmp_path) -> None:
    text = "import sys; print('as: write failed: No space left on device'); sys.exit(1)"
    with pytest.raises(BuildFailedError, match="No space left on device"):
        Hls4ml(compiler=program(tmp_path, text)).emulate(artifact, Level.CSIM, words())


def test_a_compile_that_is_interrupted(artifact, tmp_path, bench) -> None:
    text = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(tmp_path / "pids")!r}, "w").write(str(child.pid))
time.sleep(60)
"""
    backend, before = Hls4ml(compiler=program(tmp_path, text)), bytes_of(artifact)

    def interrupt(*_) -> None:
        if (tmp_path / "pids").exists() and (tmp_path / "pids").read_text():
            raise KeyboardInterrupt

    former = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            backend.emulate(artifact, Level.CSIM, words())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
    assert list(bench.iterdir()) == []
    child = Path(f"/proc/{(tmp_path / 'pids').read_text()}/stat")
    assert not child.exists() or child.read_text().rpartition(")")[2].split()[0] in "ZX"
    assert bytes_of(artifact) == before
    assert "prediction" in backend.emulate(artifact, Level.GRAPH, words())


def test_a_full_disk_in_mid_lowering(network, events, tmp_path, bench, monkeypatch) -> None:
    def full(*_) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(NoRoomError, match=r"no room left.*\n.*2 MB.*\n.*TMPDIR"):
        Hls4ml().lower(network, events, tmp_path)
    assert list(bench.iterdir()) == []


def test_other_faults_of_the_disk_are_not_called_a_full_one(artifact, bench, monkeypatch) -> None:
    def forbidden(*_) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(shutil, "copyfile", forbidden)
    with pytest.raises(PermissionError):
        Hls4ml().emulate(artifact, Level.GRAPH, words())
    assert list(bench.iterdir()) == []


def test_a_worker_that_dies_leaves_its_log(network, events, tmp_path, bench) -> None:
    python = program(tmp_path, "raise SystemExit('MemoryError: no memory for a layer')")
    with pytest.raises(WorkerFailedError, match="MemoryError: no memory for a layer") as caught:
        Hls4ml(python=python).lower(network, events, tmp_path)
    (kept,) = bench.iterdir()
    assert str(kept / "log.txt") in str(caught.value)


def test_without_a_compiler_csim_is_missing_and_says_so(artifact) -> None:
    backend = Hls4ml(compiler="no-such-compiler")
    probe = backend.probe()
    assert probe.can_run
    assert list(probe.missing) == [Level.CSIM]
    assert "'no-such-compiler': install g++" in probe.missing[Level.CSIM]
    assert "prediction" in backend.emulate(artifact, Level.GRAPH, words())
    with pytest.raises(MissingProgramError, match="no-such-compiler"):
        backend.emulate(artifact, Level.CSIM, words())


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ('{"hls4ml": "1.2.0", "qonnx": "1.0.0"}', r"lacks hls4ml 1\.3\.0 \(there is 1\.2\.0\)"),
        ('{"hls4ml": "1.3.0"}', r"lacks qonnx 1\.0\.0 \(there is none\)"),
        ("nonsense", "is no Python that runs"),
    ],
)
def test_other_versions_than_the_pinned_ones(tmp_path, versions: str, said: str) -> None:
    python = program(tmp_path, f"print({versions!r})")
    probe = Hls4ml(python=python).probe()
    assert not probe.can_run
    assert re.search(said, probe.reason)
    assert "hls4ml==1.3.0" in probe.reason or "hardware.hls4ml.python" in probe.reason


def test_an_interpreter_that_is_not_there() -> None:
    probe = Hls4ml(python="/no/such/python").probe()
    assert not probe.can_run
    assert "/no/such/python is no Python" in probe.reason


def test_another_interpreter_is_used(network, events, tmp_path, bench) -> None:
    marker = tmp_path / "used"
    text = f"import os, sys; open({str(marker)!r}, 'a').write(sys.argv[1] + chr(10)); "
    text += "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    backend = Hls4ml(python=program(tmp_path, text))
    folder = tmp_path / "artifact"
    folder.mkdir()
    artifact = backend.lower(network, events, folder)
    backend.emulate(artifact, Level.GRAPH, words())
    used = [Path(line).name for line in marker.read_text().splitlines()]
    assert used == ["convert.py", "execute.py"]


def test_a_clock_must_tick() -> None:
    for period in (0.0, -5.0, float("nan")):
        with pytest.raises(ClockPeriodError, match="positive"):
            Hls4ml(clock_period=period)


def test_made_programs_of_another_seed_are_exact_graphs(programmed, events, tmp_path) -> None:
    for name, make in PROGRAMS.items():
        given = make(7)
        folder = tmp_path / name
        folder.mkdir()
        artifact = Hls4ml().lower(programmed(given), events, folder)
        drawn = RNG.integers(-32, 32, (40, 4, 3))
        found = Hls4ml().emulate(artifact, Level.GRAPH, {WORDS: drawn})
        for tensor, numbers in given.run(drawn).items():
            if tensor != WORDS:
                assert np.array_equal(found[tensor], numbers.values), (name, tensor)
