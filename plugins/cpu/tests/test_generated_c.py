"""Generated C computes every bit of a program, and faults in it are found and named."""

import errno
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vierbein.errors.workers import MissingProgramError, WorkerFailedError
from vierbein.fixed_point.format import Format, Numbers
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
from vierbein.fixed_point.vectors import adversarial
from vierbein.interfaces.hardware import Artifact, Level
from vierbein.interfaces.verification import Verification, golden, verify
from vierbein.testing.fixed_point_network import made_fixed_point_network
from vierbein.testing.made_events import made_events
from vierbein.testing.made_program import mixer, sets
from vierbein.testing.small_network import SCHEMA
from vierbein_cpu.compiler import Compiler
from vierbein_cpu.errors import CompilerFailedError, NotGeneratedError, OutOfRangeError
from vierbein_cpu.generated_c import GeneratedC
from vierbein_cpu.library import Call, traced

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no compiler of C here")
EVENTS = made_events(SCHEMA)
QUICK = GeneratedC(options="-O1", batch_size=2)


def everything() -> Program:
    """Make a program of every operation, in formats that students do not have."""
    rng = np.random.default_rng(3)

    def dense(name: str, given: str, shape: tuple[int, int], half: int, bias: int | None = None):
        weight = rng.integers(-half, half, shape)
        if bias is None:
            return Dense(name, (given,), weight, 2)
        return Dense(name, (given,), weight, 2, rng.integers(-half, half, shape[1]), bias)

    signed, wide = Format(True, 5, 1), Format(True, 40, 30)
    operations = (
        Quantise("ties", (WORDS,), signed),
        Quantise("finer", (WORDS,), Format(True, 9, 6)),
        Quantise("cut", (WORDS,), Format(False, 3, 3)),
        Quantise("coarse", (WORDS,), Format(True, 3, -2)),
        Quantise("gone", (WORDS,), Format(True, 4, -40)),
        Add("sum of grids", ("ties", "finer")),
        Mean("mean", ("sum of grids",), 0, is_kept=True),
        Add("stretched", ("mean", "ties")),
        Sum("by feature", ("stretched",), -1),
        Max("largest", ("sum of grids",), 1),
        Concatenate("beside", ("finer", "cut", "coarse"), -1),
        Concatenate("below", ("ties", "mean"), 0),
        Take("pairs", ("beside",), (3, 0, 0, 2), 0),
        Take("columns", ("pairs",), (8, 1, 1), -1),
        Reshape("cube", ("beside",), (2, 2, 9)),
        Transpose("turned", ("cube",), (2, 0, 1)),
        Max("of the cube", ("turned",), -2, is_kept=True),
        Sum("of the turned", ("of the cube",), 0),
        Reshape("row", ("turned",), (36,)),
        Concatenate("long", ("row", "row", "row"), 0),
        dense("many", "long", (108, 7), 8, 12),
        dense("large", "below", (3, 4), 1 << 20),
        Quantise("large.q", ("large",), wide),
        dense("very large", "large.q", (4, 3), 1 << 12, 35),
        Quantise("very large.q", ("very large",), Format(True, 20, 3)),
        Sum("pooled", ("very large.q",), 0),
        Concatenate("both", ("pooled", "many", "by feature"), 0),
        dense("out", "both", (14, 2), 8),
    )
    return Program((4, 3), Format(True, 6, 3), operations)


@pytest.fixture(scope="module")
def network(programmed: Callable):
    return programmed(everything())


@pytest.fixture(scope="module")
def artifact(network, tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    return QUICK.lower(network, EVENTS, tmp_path_factory.mktemp("artifact"))


def emulated(network, artifact: Artifact) -> Verification:
    inputs, outputs = golden(network, EVENTS)
    return verify(outputs, QUICK.emulate(artifact, Level.CSIM, inputs), QUICK.numerics)


def test_every_operation_is_exact(network, artifact: Artifact) -> None:
    program = network.program()
    assert {type(each) for each in program.operations} == set(OPERATIONS)
    found = emulated(network, artifact)
    assert found.is_equal, found
    assert len(found.differences) == len(program.operations) + 1  # nothing was left out
    # The case is what it is meant to be: ties below and above zero, and more than 32 bits.
    words = adversarial(program, np.zeros((1, 4, 3), np.int64))
    assert {-6, -2, 2, 6} <= set(words[words % 4 == 2].tolist())
    assert np.abs(program.run(words)["very large"].integers).max() > 2**32


def test_nothing_overflows_and_no_compiler_complains(network, tmp_path: Path) -> None:
    # Undefined behaviour ends the program there.
    options = "-O1 -fsanitize=undefined -fsanitize-undefined-trap-on-error"
    strict = GeneratedC(options=f"{options} -Wall -Wextra -Werror")
    assert emulated(network, strict.lower(network, EVENTS, tmp_path)).is_equal


# What each generator's bug would write into the file, and the tensor where it first shows.
FAULTS = {
    "rounds half up": ("(v + 1 + ((v >> 2) & 1)) >> 2", "(v + 2) >> 2", "ties"),
    "rounds towards zero": ("(v + 1 + ((v >> 2) & 1)) >> 2", "v / 4", "ties"),
    "does not saturate": ("v < 0 ? 0 : v > 7 ? 7 : v", "v", "cut"),
    "lets negative numbers pass": ("v < 0 ? 0 : v > 7 ? 7 : v", "v > 7 ? 7 : v", "cut"),
    "shifts the wrong way": ("v = v * 8;", "v = v / 8;", "finer"),
    "swaps axes": ("i0 * 1 + i1 * 18 + i2 * 9", "i0 * 1 + i1 * 9 + i2 * 18", "turned"),
    "adds on different grids": ("* 32", "* 16", "sum of grids"),
    "takes the smallest": ("v = v <", "v = v >", "largest"),
    "adds in 32 bits": ("int64_t sum", "int32_t sum", "large"),
    "forgets the bias's grid": ("[o] + sum[o] * 16;", "[o] + sum[o] * 8;", "many"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught_and_named(
    fault: str, network, artifact: Artifact, tmp_path: Path
) -> None:
    right, wrong, tensor = FAULTS[fault]
    copied(artifact, tmp_path)
    source = tmp_path / artifact.files[0]
    text = source.read_text()
    assert right in text
    source.write_text(text.replace(right, wrong))
    Compiler("cc", ("-O0",)).compile(source.name, "trace.so", ("-DVIERBEIN_TRACE",), tmp_path)
    inputs, outputs = golden(network, EVENTS)
    program, said = network.program(), json.loads((tmp_path / "io.json").read_text())
    # In this process, which is quicker, since none of them crashes.
    numbers = traced(tmp_path / "trace.so", said, inputs[WORDS])
    tensors = {
        name: Numbers(each, program.bounds[name].num_fraction).values
        for name, each in numbers.items()
    }
    found = verify(outputs, tensors | {"prediction": tensors["out"]}, QUICK.numerics)
    assert not found.is_equal
    assert found.first_differing == tensor


def test_a_fault_of_the_fast_build_alone_shows_in_the_prediction(
    network, artifact: Artifact, tmp_path: Path
) -> None:
    planted = copied(artifact, tmp_path)
    source = tmp_path / artifact.files[0]
    source.write_text(source.read_text().replace("(v + 1 + ((v >> 2) & 1)) >> 2", "v >> 2"))
    Compiler("cc", ("-O1",)).compile(source.name, "vierbein_model.so", (), tmp_path)
    found = emulated(network, planted)
    assert found.first_differing == "prediction"


def copied(artifact: Artifact, folder: Path) -> Artifact:
    for name in artifact.files:
        shutil.copy(artifact.folder / name, folder / name)
    return Artifact(folder, artifact.files)


def built(artifact: Artifact) -> None:
    compiler, (source, *_) = Compiler("cc", ("-O1",)), artifact.files
    compiler.compile(source, "vierbein_model.so", (), artifact.folder)
    compiler.compile(source, "vierbein_trace.so", ("-DVIERBEIN_TRACE",), artifact.folder)


def test_words_beyond_the_ends_are_refused_here_and_saturated_there(
    network, artifact: Artifact
) -> None:
    program = network.program()
    words = np.full((2, 4, 3), 32)
    with pytest.raises(OutOfRangeError, match=r"24 of 24 .*\n.*from -32 to 31.*\n.*Saturate"):
        QUICK.emulate(artifact, Level.CSIM, {WORDS: words})
    said = json.loads((artifact.folder / "io.json").read_text())
    words[1] = -30_000
    call = Call(artifact.folder / "vierbein_model.so", said, words)
    call()
    wanted = program.predict(words.clip(-32, 31)).integers
    assert np.array_equal(call.prediction, wanted)


def test_one_event_and_no_event(network, artifact: Artifact) -> None:
    said = json.loads((artifact.folder / "io.json").read_text())
    for num in (0, 1):
        words = np.full((num, 4, 3), 7)
        call = Call(artifact.folder / "vierbein_model.so", said, words)
        call()
        assert np.array_equal(call.prediction, network.program().predict(words).integers)


def test_equal_networks_give_equal_files_that_say_what_goes_in_and_out(
    network, artifact: Artifact, tmp_path: Path
) -> None:
    again = QUICK.lower(network, EVENTS, tmp_path)
    for name in again.files[:3]:
        assert (tmp_path / name).read_bytes() == (artifact.folder / name).read_bytes()
    said, program = json.loads((tmp_path / "io.json").read_text()), network.program()
    (given,), (result,) = said["inputs"], said["outputs"]
    assert (given["shape"], given["num_fraction"]) == (["event", 4, 3], 3)
    assert (given["lowest"], given["highest"]) == (-32, 31)
    assert result["num_fraction"] == program.predict(np.zeros((1, 4, 3), np.int64)).num_fraction
    text = (tmp_path / "vierbein_model.h").read_text()
    assert "int16_t vierbein_word" in text
    assert f"#define VIERBEIN_OUTPUT_FRACTION {result['num_fraction']}\n" in text
    includes = re.findall(r"#include (\S+)", (tmp_path / "vierbein_model.c").read_text() + text)
    assert includes == ['"vierbein_model.h"', "<stdint.h>"]


def test_names_cannot_leave_their_comments(programmed: Callable, tmp_path: Path) -> None:
    made = sets()
    evil = "*/\n#error /*"
    first = replace(made.operations[0], name=evil)
    second = replace(made.operations[1], inputs=(evil,))
    program = replace(made, operations=(first, second, *made.operations[2:]))
    assert emulated(
        programmed(program), QUICK.lower(programmed(program), EVENTS, tmp_path)
    ).is_equal


def test_what_cannot_be_written_is_named(programmed: Callable, tmp_path: Path) -> None:
    class Smallest(Max):
        """Derived, and computes something else."""

    wide = Quantise("too wide", (WORDS,), Format(True, 60, 70))
    odd = Smallest("odd", (WORDS,), 0)
    for operation in (wide, odd):
        made = programmed(Program((4, 3), Format(True, 6, 3), (operation,)))
        (said,) = QUICK.check(made, EVENTS)
        assert said.startswith(f"{operation.name}: {type(operation).__name__}")
        with pytest.raises(NotGeneratedError, match=f"{operation.name}.*\n.*another hardware"):
            QUICK.lower(made, EVENTS, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_missing_compiler_is_said(network, tmp_path: Path) -> None:
    backend = GeneratedC(compiler="no-such-compiler")
    probe = backend.probe()
    assert not probe.can_run
    assert "'no-such-compiler'" in probe.reason
    assert "generated_c.compiler" in probe.reason
    with pytest.raises(MissingProgramError, match="no-such-compiler"):
        backend.lower(network, EVENTS, tmp_path)
    assert "cc" in GeneratedC().probe().versions


def test_a_compiler_that_fails_says_its_first_error_and_keeps_its_log(
    network, artifact: Artifact, tmp_path: Path
) -> None:
    compiler = tmp_path / "compiler"
    said = "cc: fatal error: error writing to /x: No space left on device"
    words = f"echo 'in function f:'; echo '{said}'; echo 'terminated.'; exit 1"
    compiler.write_text(f"#!/bin/sh\n{words}\n")
    compiler.chmod(0o755)
    folder = tmp_path / "made"
    folder.mkdir()
    wanted = r"No space left on device\n.*log\.txt\.\n.*Make room"
    with pytest.raises(CompilerFailedError, match=wanted):
        GeneratedC(compiler=str(compiler)).lower(network, EVENTS, folder)
    assert "terminated." in (folder / "log.txt").read_text()
    assert not list(folder.glob("*.so*"))
    assert (folder / "vierbein_model.c").exists()
    assert emulated(network, artifact).is_equal


def test_an_interrupted_compilation_leaves_no_library(
    network, artifact: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait, waits = subprocess.Popen.wait, iter([KeyboardInterrupt])

    def interrupted(self, *arguments, **settings):
        for error in waits:
            raise error
        return wait(self, *arguments, **settings)

    monkeypatch.setattr(subprocess.Popen, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        QUICK.lower(network, EVENTS, tmp_path)
    assert not list(tmp_path.glob("*.so"))
    assert emulated(network, artifact).is_equal


def test_a_full_disk_is_said_and_leaves_other_artifacts(
    network, artifact: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments, **settings):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space left"):
            QUICK.lower(network, EVENTS, tmp_path)
    assert emulated(network, artifact).is_equal


def test_a_crash_ends_its_own_process_alone(network, artifact: Artifact, tmp_path: Path) -> None:
    planted = copied(artifact, tmp_path)
    source = tmp_path / artifact.files[0]
    source.write_text(source.read_text().replace("    /* words */", "    __builtin_trap();"))
    built(planted)
    with pytest.raises(WorkerFailedError, match="run_library"):
        emulated(network, planted)
    names = {figure.name for figure in QUICK.report(planted, network, EVENTS)}
    assert names == {"size of the library", "time of lowering", "time of compilation"}


def test_the_report_is_measured_and_consistent(tmp_path: Path) -> None:
    network = made_fixed_point_network()
    artifact = QUICK.lower(network, EVENTS, tmp_path)
    figures = {figure.name: figure for figure in QUICK.report(artifact, network, EVENTS)}
    assert all(figure.provenance == "measured" for figure in figures.values())
    assert all(0 < figure.low <= figure.value <= figure.high for figure in figures.values())
    assert figures["size of the library"].value == (tmp_path / "vierbein_model.so").stat().st_size
    latency = figures["latency"]
    assert latency.unit == "ns"
    # A call from Python costs more than one from C.
    assert latency.value < 1e3 * figures["latency, batch of 1, generated C"].value
    for num in (1, 2):
        for name in ("eager torch", "ONNX Runtime"):
            assert f"speed-up over {name}, batch of {num}" in figures
            assert f"rate, batch of {num}, {name}" in figures


def test_the_float_graph_is_the_network_without_its_rounding() -> None:
    from vierbein_cpu.float_graph import INPUT, float_graph
    from vierbein_cpu.session import session

    program = mixer()
    graph = session(float_graph(program).SerializeToString())
    words = np.random.default_rng(0).integers(-32, 32, (9, 4, 3))
    each, _, _, across, _, _, _, out = program.operations

    def layer(dense: Dense, values):
        return (
            values @ dense.weight / 2**dense.weight_fraction + dense.bias / 2**dense.bias_fraction
        )

    x = np.maximum(layer(each, words * program.format.spacing), 0).transpose(0, 2, 1)
    x = np.maximum(layer(across, x), 0).transpose(0, 2, 1)
    wanted = layer(out, x.reshape(9, -1))
    (found,) = graph.run(None, {INPUT: (words * program.format.spacing).astype(np.float32)})
    assert np.abs(found - wanted).max() <= 1e-5 * np.abs(wanted).max()
