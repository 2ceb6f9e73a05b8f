"""Measure FINN: whether its graph and its Verilog are exact, and its cycles against its estimate.

Without --program: deep sets of eight particles, 6-bit weights and activations, drawn by a seed.
With it: a trained student, as `vierbein.fixed_point.document` writes its program. Events are drawn
evenly from the input's grid, with the adversarial words behind them; the wanted bits are the
program's own.
"""

import json
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from rows import write_row
from vierbein.fixed_point.document import from_json
from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import Dense, Operation, Quantise, Sum
from vierbein.fixed_point.profile import check_profile
from vierbein.fixed_point.program import WORDS, Program
from vierbein.fixed_point.vectors import adversarial
from vierbein_finn.figures import REPORTS, estimated
from vierbein_finn.finn import Finn, described
from vierbein_finn.mapping import complaints
from vierbein_finn.simulation import Simulated, simulate

FAULTS = Path(__file__).parents[1] / "plugins" / "finn" / "tests" / "test_faults.py"
WORD, HIDDEN = Format(True, 8, 4), Format(False, 6, 3)
_BITS, _FRACTION = 6, 4


def deep_sets(width: int, seed: int = 0, num_particles: int = 8) -> Program:
    """Draw two layers of each particle, their sum, and two layers of it."""
    rng, made = np.random.default_rng(seed), list[Operation]()
    half = 1 << (_BITS - 1)

    def dense(name: str, given: str, shape: tuple[int, int], fraction: int) -> str:
        weight, bias = rng.integers(-half, half, shape), 2 * rng.integers(-40, 40, shape[1]) + 1
        finest = fraction + _FRACTION + 1
        made.append(Dense(name, (given,), weight, _FRACTION, bias, finest, _BITS))
        return name

    def hidden(name: str, given: str, shape: tuple[int, int], fraction: int) -> str:
        made.append(Quantise(f"{name}.q", (dense(name, given, shape, fraction),), HIDDEN))
        return f"{name}.q"

    x = hidden("each", WORDS, (3, width), WORD.num_fraction)
    x = hidden("again", x, (width, width), HIDDEN.num_fraction)
    made.append(Sum("total", (x,), 0))
    x = hidden("of_all", "total", (width, width), HIDDEN.num_fraction)
    dense("out", x, (width, 5), HIDDEN.num_fraction)
    return Program((num_particles, 3), WORD, tuple(made))


def faults() -> tuple[int, int]:
    """Plant FINN's known faults, and count those that are caught, and those that were planted."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "faults.xml"
        command = [sys.executable, "-m", "pytest", "-q", str(FAULTS), f"--junitxml={report}"]
        subprocess.run(command, check=False, stdout=sys.stderr)
        (suite,) = ET.parse(report).getroot()  # noqa: S314 - pytest wrote it just now
    tried, skipped = int(suite.attrib["tests"]), int(suite.attrib["skipped"])
    failed = int(suite.attrib["failures"]) + int(suite.attrib["errors"])
    return tried - skipped - failed, tried - skipped


def measure(
    finn: Finn, program: Program, words: NDArray[np.int64]
) -> tuple[dict[str, float], dict[str, float], Simulated]:
    """Lower, and give shares of exact events by level, FINN's estimates, and what was simulated."""
    wanted, exact = program.predict(words).values, {}
    with tempfile.TemporaryDirectory() as folder:
        artifact = finn.lower_program(program, Path(folder))
        for level in finn.levels:
            found = finn.emulate(artifact, level, {WORDS: words})
            shares = {name: float((v == wanted).all(1).mean()) for name, v in found.items()}
            exact[str(level)] = min(shares.values())
            print(f"{level}, {len(words)} events: {shares}", flush=True)
        seen = simulate(artifact.folder, described(artifact), words.reshape(len(words), -1))
        figures = {figure.name: figure.value for figure in estimated(artifact.folder / REPORTS)}
        print(json.loads((artifact.folder / "times.json").read_text("utf-8")))
    return exact, figures, seen


def main() -> None:
    """Measure, plant faults, and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, help="a program as JSON; drawn if not given")
    parser.add_argument("--events", type=int, default=500)
    parser.add_argument("--rate", type=float, default=1e6)
    parser.add_argument("--python", default="", help="of FINN's environment")
    parser.add_argument("--quick", action="store_true", help="narrow, few events, nothing written")
    arguments = parser.parse_args()
    finn = Finn(python=arguments.python, rate=arguments.rate)
    if reason := finn.probe().reason:
        sys.exit(reason)
    program = deep_sets(8 if arguments.quick else 16)
    if arguments.program:
        program = from_json(json.loads(arguments.program.read_text("utf-8")))
    if findings := [*complaints(program), *map(str, check_profile(program))]:
        sys.exit("\n".join(findings))
    grid, size = program.format, (20 if arguments.quick else arguments.events, *program.shape)
    drawn = np.random.default_rng(0).integers(grid.lowest, grid.highest + 1, size)
    words = adversarial(program, drawn)
    exact, figures, seen = measure(finn, program, words)
    interval = f"{seen.interval:g} cycles, where FINN estimates {figures['initiation interval']:g}"
    print(figures, f"simulated: {seen.cycles} cycles, an event every {interval}")
    if arguments.quick:
        sys.exit(0 if min(exact.values()) == 1 else "Not every event is equal in every bit.")
    caught, planted = faults()
    print(f"planted faults caught: {caught} of {planted}")
    layers = sum(isinstance(each, Dense) for each in program.operations)
    said = f"{program.shape[0]} particles, {layers} dense layers, {arguments.rate:g} events/s"
    events = f"equal to the program in every bit, {len(words)} events"
    alone = f"one event in an empty pipeline in Verilator; one more every {interval}"
    rows = {
        "exact_finn_graph": (exact["graph"], f"{events}, after every step"),
        "exact_finn_rtl": (exact["rtl"], f"{events}, FINN's own Verilog in Verilator"),
        "finn_cycles_estimate": (figures["cycles"], "the cycles of all layers by FINN's estimate"),
        "finn_cycles_rtl": (seen.cycles, alone),
    }
    command = "python benchmarks/finn.py"
    command += f" --program {arguments.program.name}" if arguments.program else ""
    for name, (value, against) in rows.items():
        row = write_row("hardware", name, value, value, value, "1", f"{against}; {said}", command)
        print(row)


if __name__ == "__main__":
    main()
