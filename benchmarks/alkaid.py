"""Lower students' shapes by distributed arithmetic, simulate their Verilog, and write the rows.

Three shapes with parameters drawn by a seed, or a trained student's program: ``--program FILE``, an
artifact's ``program.json``. At the levels graph and rtl, 500 events' words and adversarial ones
must come out as the program computes them. Rows are named by the shape, but for the main one:
``rtl_cycles_edge_conv``, and ``rtl_cycles``.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rows import write_row
from vierbein.events.batch import EventBatch
from vierbein.fixed_point.document import from_json
from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import (
    Add,
    Concatenate,
    Dense,
    Max,
    Operation,
    Quantise,
    Reshape,
    Sum,
    Take,
)
from vierbein.fixed_point.profile import check_profile
from vierbein.fixed_point.program import WORDS, Program
from vierbein.fixed_point.vectors import adversarial
from vierbein.interfaces.hardware import Level
from vierbein.testing.fixed_point_network import made_fixed_point_network
from vierbein.testing.made_events import made_events
from vierbein.testing.made_program import sets
from vierbein.testing.small_network import SCHEMA
from vierbein_alkaid.alkaid import Alkaid

COMMAND = "python benchmarks/alkaid.py"
WORD, HIDDEN = Format(True, 8, 5), Format(False, 6, 4)
NUM_FEATURES, WIDTH, NUM_OUTPUTS = 3, 16, 2
WEIGHT_BITS = 6
EVENTS = 500
FIGURES = {
    "rtl_cycles": ("cycles", "simulated"),
    "rtl_latency_ns": ("latency", "simulated"),
    "initiation_interval": ("initiation interval", "simulated"),
    "lut_estimate": ("LUT", "estimate"),
}
"""Row -> name and provenance of a figure."""
MAIN = "deep_sets"
"""The shape whose rows have no more than their names."""


class Layers:
    """Draws layers of the size that training gives, with biases off ties."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.made: list[Operation] = []

    def dense(self, name: str, given: str, sizes: tuple[int, int], fraction: int) -> str:
        """Add a dense layer of an input on a grid; without bias where it has no name of its own."""
        finest, half = WEIGHT_BITS - 1, 1 << (WEIGHT_BITS - 1)
        drawn = self.rng.normal(0, half / np.sqrt(sizes[0]), sizes)
        weight = np.clip(np.rint(drawn), -half, half - 1).astype(np.int64)
        bias = 2 * self.rng.integers(-half, half, sizes[1]) + 1
        made = Dense(name, (given,), weight, finest, bias, fraction + finest + 1, WEIGHT_BITS)
        return self.add(made)

    def hidden(self, name: str, given: str, sizes: tuple[int, int], fraction: int) -> str:
        """Add a dense layer and an activation of it."""
        return self.add(Quantise(f"{name}.q", (self.dense(name, given, sizes, fraction),), HIDDEN))

    def add(self, operation: Operation) -> str:
        """Add an operation."""
        self.made.append(operation)
        return operation.name

    def ended(self, given: str, num_particles: int) -> Program:
        """Add a hidden layer and an output layer of the pooled particles."""
        pooled = self.add(Sum("total", (given,), 0))
        x = self.hidden("of_all", pooled, (WIDTH, WIDTH), HIDDEN.num_fraction)
        self.dense("out", x, (WIDTH, NUM_OUTPUTS), HIDDEN.num_fraction)
        return Program((num_particles, NUM_FEATURES), WORD, tuple(self.made))


def deep_sets(seed: int = 0) -> Program:
    """Make two hidden layers of each of eight particles, and two layers of their sum."""
    layers = Layers(seed)
    x = layers.hidden("each", WORDS, (NUM_FEATURES, WIDTH), WORD.num_fraction)
    x = layers.hidden("again", x, (WIDTH, WIDTH), HIDDEN.num_fraction)
    return layers.ended(x, 8)


def jedi_linear(seed: int = 0) -> Program:
    """Make two layers of each of eight particles and of the sum of all, as JEDI-linear does."""
    layers = Layers(seed)
    x, fraction, size = WORDS, WORD.num_fraction, NUM_FEATURES
    for name in ("first", "second"):
        own = layers.dense(f"{name}.own", x, (size, WIDTH), fraction)
        total = layers.add(Sum(f"{name}.others", (x,), 0, is_kept=True))
        half = 1 << (WEIGHT_BITS - 1)
        drawn = layers.rng.normal(0, half / np.sqrt(8 * size), (size, WIDTH))
        weight = np.clip(np.rint(drawn), -half, half - 1).astype(np.int64)
        told = Dense(f"{name}.told", (total,), weight, WEIGHT_BITS - 1, weight_bits=WEIGHT_BITS)
        both = layers.add(Add(f"{name}.both", (own, layers.add(told))))
        x = layers.add(Quantise(f"{name}.q", (both,), HIDDEN))
        fraction, size = HIDDEN.num_fraction, WIDTH
    return layers.ended(x, 8)


def edge_conv(seed: int = 0) -> Program:
    """Make a layer of each pair of four particles, and the largest of each particle's."""
    layers, num = Layers(seed), 4
    to = tuple(i for i in range(num) for _ in range(num))
    of = tuple(j for _ in range(num) for j in range(num))
    ends = [layers.add(Take(n, (WORDS,), i, 0)) for n, i in (("one", to), ("other", of))]
    pair = layers.add(Concatenate("pair", tuple(ends), -1))
    x = layers.hidden("edge", pair, (2 * NUM_FEATURES, WIDTH), WORD.num_fraction)
    x = layers.add(Reshape("by_particle", (x,), (num, num, WIDTH)))
    return layers.ended(layers.add(Max("largest", (x,), 1)), num)


SHAPES: dict[str, Callable[[], Program]] = {
    "deep_sets": deep_sets,
    "jedi_linear": jedi_linear,
    "edge_conv": edge_conv,
}


def equal(found: NDArray[Any], wanted: NDArray[Any]) -> float:
    """Give the share of events all of whose numbers are equal."""
    return float((found == wanted).reshape(len(wanted), -1).all(axis=1).mean())


def measure(name: str, program: Program, words: NDArray[np.int64], *, is_written: bool) -> None:
    """Lower a program, hold both levels against it, and write the rows."""
    findings = check_profile(program)
    if findings:
        print(f"{name}: not in the exact profile: {'; '.join(str(each) for each in findings)}")
    cases = adversarial(program, words)
    wanted, backend, begun = program.predict(cases).values, Alkaid(), process_time()
    events: EventBatch = made_events(SCHEMA)
    with TemporaryDirectory() as folder:
        artifact = backend.lower_program(program, Path(folder))
        exact = {
            level: equal(backend.emulate(artifact, level, {WORDS: cases})["prediction"], wanted)
            for level in (Level.GRAPH, Level.RTL)
        }
        figures = backend.report(artifact, made_fixed_point_network(), events)
    found = {(each.name, each.provenance): each.value for each in figures}
    for figure in figures:
        print(f"{name}: {figure.name} {figure.value:g} {figure.unit}, {figure.provenance}")
    print(f"{name}: exact {exact} of {len(cases)}, {process_time() - begun:.1f} s here", flush=True)
    if min(exact.values()) < 1:
        sys.exit(f"{name}: not exact.")
    if not is_written:
        return
    said = f"{len(words)} events and {len(cases) - len(words)} adversarial ones; "
    said += f"level graph {exact[Level.GRAPH]:g}; alkaid {backend.probe().versions['alkaid']}"
    values = {"exact_alkaid_rtl": exact[Level.RTL]}
    values |= {row: found[key] for row, key in FIGURES.items()}
    for row, value in values.items():
        unit = {"rtl_latency_ns": "ns", "initiation_interval": "cycles"}.get(row, "1")
        is_exact = row == "exact_alkaid_rtl"
        against = said if is_exact else "before place and route, 5 ns clock, xcvu13p"
        write_row(
            "hardware",
            row if name == MAIN else f"{row}_{name}",
            value,
            value,
            value,
            unit,
            against,
            COMMAND,
        )


def main() -> None:
    """Measure all shapes, or a trained student's program."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, help="program.json of a trained student")
    parser.add_argument("--words", type=Path, help="npy of its events' words; else drawn evenly")
    parser.add_argument("--name", default="student", help="ends the rows' names, with --program")
    parser.add_argument("--quick", action="store_true", help="one small program, no rows")
    arguments = parser.parse_args()
    programs = {name: make() for name, make in SHAPES.items()}
    if arguments.quick:
        programs = {"quick": sets()}
    if arguments.program:
        text = arguments.program.read_text(encoding="utf-8")
        programs = {arguments.name: from_json(json.loads(text))}
    for name, program in programs.items():
        ends = program.format.lowest, program.format.highest + 1
        drawn = np.random.default_rng(0).integers(*ends, (EVENTS, *program.shape))
        words = np.load(arguments.words) if arguments.words else drawn
        measure(name, program, words, is_written=not arguments.quick)


if __name__ == "__main__":
    main()
