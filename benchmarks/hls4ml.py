"""Measure how many events hls4ml's compiled C++ computes to the last bit, and what making it takes.

The program has 8 particles of 3 features in 6 bits, two hidden layers of 16 a particle, their sum,
and 2 outputs, with parameters drawn by a seed; or it is read from a file, as
`vierbein.fixed_point.document` writes it. Every tensor is compared that a layer computes.
"""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from statistics import NormalDist
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from rows import write_row
from vierbein.fixed_point.document import from_json
from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import Dense, Integers, Operation, Quantise, Sum
from vierbein.fixed_point.profile import check_profile
from vierbein.fixed_point.program import WORDS, Program
from vierbein.fixed_point.vectors import adversarial
from vierbein.interfaces.hardware import Level
from vierbein_hls4ml.hls4ml import Hls4ml

COMMAND = "python benchmarks/hls4ml.py"
NUM_PARTICLES, NUM_FEATURES, WIDTH, NUM_OUTPUTS, NUM_BITS = 8, 3, 16, 2, 6
AGAINST = "the program's exact integers, which torch's prediction is verified against"


def made(seed: int) -> Program:
    """Draw a program whose biases keep it off ties."""
    rng, fraction = np.random.default_rng(seed), NUM_BITS - 3
    hidden = Format(is_signed=False, num_bits=NUM_BITS, num_fraction=fraction)
    half = 1 << (NUM_BITS - 1)

    def dense(name: str, given: str, num_in: int, num_out: int) -> Dense:
        weight = rng.integers(-half, half, (num_in, num_out))
        bias = 2 * rng.integers(-4 * half, 4 * half, num_out) + 1
        return Dense(name, (given,), weight, NUM_BITS, bias, fraction + NUM_BITS + 1, NUM_BITS)

    operations: Sequence[Operation] = (
        dense("first", WORDS, NUM_FEATURES, WIDTH),
        Quantise("first.q", ("first",), hidden),
        dense("second", "first.q", WIDTH, WIDTH),
        Quantise("second.q", ("second",), hidden),
        Sum("total", ("second.q",), 0),
        dense("out", "total", WIDTH, NUM_OUTPUTS),
    )
    word = Format(is_signed=True, num_bits=NUM_BITS, num_fraction=fraction)
    return Program((NUM_PARTICLES, NUM_FEATURES), word, tuple(operations))


def ordinary(program: Program, num: int, seed: int) -> Integers:
    """Draw events of every number of particles, their words around zero, empty slots zeros."""
    rng, (num_particles, _) = np.random.default_rng(seed), program.shape
    spread = program.format.highest / 2
    words = np.rint(rng.normal(0, spread, (num, *program.shape))).astype(np.int64)
    lengths = rng.integers(0, num_particles + 1, num)
    words[np.arange(num_particles) >= lengths[:, None]] = 0
    return np.clip(words, program.format.lowest, program.format.highest)


def wilson(equal: int, num: int) -> tuple[float, float]:
    """Give the interval of a share that covers it in 95 of 100 samples (Wilson's)."""
    z = NormalDist().inv_cdf(0.975)
    middle, spread = equal / num + z**2 / (2 * num), z / num
    spread *= (equal * (num - equal) / num + z**2 / 4) ** 0.5
    scale = 1 + z**2 / num
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def main() -> None:
    """Lower, compile, run, compare, and write rows where it is not the quick form."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer events, no rows")
    parser.add_argument("--program", type=Path, help="a program as JSON, in place of the drawn one")
    parser.add_argument("--events", type=int, default=500, help="besides the adversarial ones")
    asked = parser.parse_args()
    program = made(0) if asked.program is None else from_json(json.loads(asked.program.read_text()))
    for finding in check_profile(program):
        print(f"breaks the exact profile: {finding}")
    words = adversarial(program, ordinary(program, 20 if asked.quick else asked.events, seed=1))
    backend, seconds = Hls4ml(), {}
    with TemporaryDirectory() as folder:
        begun = perf_counter()
        artifact = backend.lower_program(program, Path(folder))
        seconds["lowering"] = perf_counter() - begun
        begun = perf_counter()
        found = backend.emulate(artifact, Level.CSIM, {WORDS: words})
        seconds["build and simulation"] = perf_counter() - begun
    expected = {name: numbers.values for name, numbers in program.run(words).items()}
    is_equal = np.full(len(words), fill_value=True)
    for name, values in found.items():
        wanted = expected[program.output if name == "prediction" else name]
        is_equal &= (values == wanted).reshape(len(words), -1).all(axis=1)
    num, equal = len(words), int(is_equal.sum())
    print(f"{equal} of {num} events are equal in {len(found)} tensors: {', '.join(found)}")
    print(", ".join(f"{what} {took:.1f} s" for what, took in seconds.items()))
    if asked.quick:
        return
    command = COMMAND if asked.program is None else f"{COMMAND} --program {asked.program.name}"
    low, high = wilson(equal, num)
    write_row("hardware", "exact_hls4ml", equal / num, low, high, "1", AGAINST, command)
    for what, took in seconds.items():
        name = f"hls4ml_{what.replace(' ', '_')}_seconds"
        write_row("hardware", name, took, took, took, "s", "", command)


if __name__ == "__main__":
    main()
