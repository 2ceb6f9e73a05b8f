"""Measure generated C against eager torch and ONNX Runtime, one event at a time.

The network is of a trigger's size: 8 particles of 3 words each, layers 3-32-32, their sum, layers
32-32-5, with weights that are drawn. All compute it on one thread from inputs that are prepared:
C from words, the others from values in 32-bit floats, without the rounding that C does.
First the C must equal the program, and torch with rounding, in every bit of every tensor.

A model function alone is called from C where there is a C interface: generated C, and ONNX
Runtime's Run with its tensors bound. Whole calls are from Python: by ctypes, by session.run.
Eager torch has no other interface than Python. CPU seconds of interleaved rounds.
"""

import ctypes
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rows import write_row
from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import Dense, Operation, Quantise, Sum
from vierbein.fixed_point.program import WORDS, Program
from vierbein.fixed_point.vectors import adversarial
from vierbein_cpu.c_file import NAME, describe, header, source
from vierbein_cpu.compiler import Compiler
from vierbein_cpu.float_graph import INPUT, float_graph
from vierbein_cpu.library import Call, traced
from vierbein_cpu.session import session

COMMAND = "python benchmarks/generated_c.py"
PARTICLES, FEATURES, WIDTH, CLASSES = 8, 3, 32, 5
WORD = Format(is_signed=True, num_bits=10, num_fraction=6)
EVENTS, MANY, SECONDS = 1000, 1000, 0.05
FAST, TRACE, TRACING = "fast.so", "trace.so", ("-O1", "-DVIERBEIN_TRACE")
AGREEMENT = 1e-5
GOALS = {
    "eager torch": ("generated_c_vs_eager", 50),
    "ONNX Runtime": ("generated_c_vs_onnxruntime", 10),
}

# ONNX Runtime's published C interface: a table of functions, whose order is fixed.
RUN = """\
#include <stddef.h>
typedef void *(*run)(void *, const void *, const char *const *, void *const *, size_t,
                     const char *const *, size_t, void **);
int many(run call, void *session, const char *input, const char *output, void *given, void *found,
         int num)
{
    for (int i = 0; i < num; ++i)
        if (call(session, 0, &input, &given, 1, &output, 1, &found))
            return 1;
    return 0;
}
"""
CREATE_ENV, CREATE_SESSION, RUN_AT, CREATE_OPTIONS, THREADS, OTHER_THREADS = 3, 7, 9, 10, 24, 25
TENSOR, MEMORY = 49, 69


def drawn(bits: int, seed: int = 0) -> Program:
    """Draw a program whose activations use their range, as a trained network's do."""
    rng = np.random.default_rng(seed)
    words = rng.integers(WORD.lowest, WORD.highest + 1, (EVENTS, PARTICLES, FEATURES))
    made: list[Operation] = []

    def dense(given: str, shape: tuple[int, int], fraction: int) -> tuple[str, int]:
        half = 1 << (bits - 1)
        weight = np.clip(rng.normal(0, half / 3, shape).round(), -half, half - 1).astype(np.int64)
        finest = fraction + bits
        bias = 2 * rng.integers(-(1 << bits), 1 << bits, shape[1]) + 1
        name = f"layer{len(made)}"
        made.append(Dense(name, (given,), weight, bits - 1, bias, finest, bits))
        return name, finest

    def hidden(given: str, shape: tuple[int, int], fraction: int) -> tuple[str, int]:
        name, _ = dense(given, shape, fraction)
        found = Program(words.shape[1:], WORD, tuple(made)).predict(words)
        high = float(np.quantile(found.values, 0.999))
        grid = Format(
            is_signed=False, num_bits=bits, num_fraction=bits - int(np.ceil(np.log2(high)))
        )
        made.append(Quantise(f"{name}.q", (name,), grid))
        return f"{name}.q", grid.num_fraction

    name, fraction = hidden(WORDS, (FEATURES, WIDTH), WORD.num_fraction)
    name, fraction = hidden(name, (WIDTH, WIDTH), fraction)
    made.append(Sum("pooled", (name,), 0))
    name, fraction = hidden("pooled", (WIDTH, WIDTH), fraction)
    dense(name, (WIDTH, CLASSES), fraction)
    return Program((PARTICLES, FEATURES), WORD, tuple(made))


class Eager(nn.Module):
    """The network as one writes it in torch; a rounding follows each layer where there is one."""

    def __init__(self, program: Program, roundings: tuple[Callable[[Tensor], Tensor], ...]) -> None:
        super().__init__()
        layers = [each for each in program.operations if isinstance(each, Dense)]
        self.each, self.again, self.of_all, self.out = (_linear(layer) for layer in layers)
        self.roundings = roundings

    def forward(self, x: Tensor) -> Tensor:
        """Predict."""
        one, two, three = self.roundings
        x = two(self.again(one(self.each(x))))
        prediction: Tensor = self.out(three(self.of_all(x.sum(1))))
        return prediction


def _linear(dense: Dense) -> nn.Linear:
    assert dense.bias is not None  # noqa: S101 - for the type checker
    layer = nn.Linear(*dense.weight.shape)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(dense.weight.T * 2.0**-dense.weight_fraction))
        layer.bias.copy_(torch.from_numpy(dense.bias * 2.0**-dense.bias_fraction))
    return layer


def rounding(grid: Format) -> Callable[[Tensor], Tensor]:
    """Round onto a grid, and saturate."""
    return lambda x: (x / grid.spacing).round().clamp(grid.lowest, grid.highest) * grid.spacing


def onnx_runtime_from_c(
    folder: Path, compiler: Compiler, program: Program, values: NDArray[np.float32]
) -> tuple[Callable[[], object], NDArray[np.float32]]:
    """Prepare `MANY` runs of the float graph from C; give where the prediction stands."""
    (folder / "run.c").write_text(RUN)
    compiler.compile("run.c", "run.so", (), folder)
    (folder / "model.onnx").write_bytes(float_graph(program).SerializeToString())
    native = next(Path(onnxruntime.__file__).parent.glob("capi/libonnxruntime.so.*"))
    base = ctypes.CDLL(str(native)).OrtGetApiBase
    base.restype = ctypes.POINTER(ctypes.c_void_p)
    get = ctypes.CFUNCTYPE(ctypes.POINTER(ctypes.c_void_p), ctypes.c_uint32)(base()[0] or 0)
    table = get(17)

    def call(index: int, *arguments: Any) -> None:
        if ctypes.CFUNCTYPE(ctypes.c_void_p)(table[index] or 0)(*arguments):
            sys.exit(f"ONNX Runtime's C function {index} failed.")

    env, options, runtime, memory, given, found = (ctypes.c_void_p() for _ in range(6))
    call(CREATE_ENV, 3, b"", ctypes.byref(env))
    call(CREATE_OPTIONS, ctypes.byref(options))
    for index in (THREADS, OTHER_THREADS):
        call(index, options, 1)
    path = str(folder / "model.onnx").encode()
    call(CREATE_SESSION, env, path, options, ctypes.byref(runtime))
    call(MEMORY, 1, 0, ctypes.byref(memory))
    prediction = np.zeros((1, CLASSES), np.float32)
    for array, value in ((values, given), (prediction, found)):
        shape = (ctypes.c_int64 * array.ndim)(*array.shape)
        size, rank = ctypes.c_size_t(array.nbytes), ctypes.c_size_t(array.ndim)
        at = ctypes.c_void_p(array.ctypes.data)
        call(TENSOR, memory, at, size, shape, rank, 1, ctypes.byref(value))
    many = ctypes.CDLL(str(folder / "run.so")).many
    names = (INPUT.encode(), program.output.encode())
    run = ctypes.c_void_p(table[RUN_AT])

    def runs() -> None:
        if many(run, runtime, *names, given, found, MANY):
            sys.exit("ONNX Runtime's Run failed.")

    return runs, prediction


def require_equal(found: Mapping[str, NDArray[Any]], wanted: Mapping[str, NDArray[Any]]) -> None:
    """Stop at the first tensor that differs in a bit."""
    for name, values in wanted.items():
        if not np.array_equal(found[name], values):
            sys.exit(f"{name} differs: nothing is timed.")


def timed(function: Callable[[], object], calls: int) -> float:
    """Give CPU seconds a call."""
    begun = process_time()
    for _ in range(calls):
        function()
    return (process_time() - begun) / calls


def rounds(functions: Mapping[str, Callable[[], object]], num: int) -> dict[str, list[float]]:
    """Time functions in turn."""
    calls = {n: max(1, int(SECONDS / (timed(f, 3) + 1e-9))) for n, f in functions.items()}
    times: dict[str, list[float]] = {name: [] for name in functions}
    for index in range(num):
        for name, function in functions.items():
            times[name].append(timed(function, calls[name]))
        print(f"round {index + 1} of {num}", flush=True)
    return times


def compile_both(program: Program, compiler: Compiler, folder: Path) -> None:
    """Write the C, and compile it for speed and for a look at every tensor."""
    (folder / f"{NAME}.c").write_text(source(program))
    (folder / f"{NAME}.h").write_text(header(program))
    compiler.compile(f"{NAME}.c", FAST, (), folder)
    compiler.compile(f"{NAME}.c", TRACE, TRACING, folder)


def require_exact(program: Program, exact: Eager, words: NDArray[np.int64], folder: Path) -> None:
    """Stop unless C and torch with rounding equal the program in every bit."""
    said = describe(program)
    every = {n: numbers.integers for n, numbers in program.run(words).items() if n != WORDS}
    require_equal(traced(folder / TRACE, said, words), every)
    batch = Call(folder / FAST, said, words)
    batch()
    bits = program.predict(words).values
    found = batch.prediction * 2.0 ** -said["outputs"][0]["num_fraction"]
    torchs = exact(torch.from_numpy(values_of(words))).numpy().astype(np.float64)
    require_equal({"C": found, "torch": torchs}, {"C": bits, "torch": bits})
    print(f"{len(words)} events equal in every bit of {len(every)} tensors")


def values_of(words: NDArray[np.int64]) -> NDArray[np.float32]:
    """Give what words stand for."""
    return (words * WORD.spacing).astype(np.float32)


def contenders(
    program: Program, exact: Eager, words: NDArray[np.int64], compiler: Compiler, folder: Path
) -> dict[str, Callable[[], object]]:
    """Prepare what is timed; the float networks must agree."""
    values, said = values_of(words[:1]), describe(program)
    eager, one = Eager(program, (torch.relu,) * 3), torch.from_numpy(values)
    graph, given = session(float_graph(program).SerializeToString()), {INPUT: values}
    runs, prediction = onnx_runtime_from_c(folder, compiler, program, values)
    runs()
    for other in (graph.run(None, given)[0], prediction):
        apart = np.abs(other - eager(one).numpy()).max() / np.abs(other).max()
        if not apart <= AGREEMENT:
            sys.exit(f"ONNX Runtime differs from eager torch by {apart:.3g} of its size.")
    return {
        "C": Call(folder / FAST, said, words[np.arange(MANY) % len(words)]),
        "C, Python": Call(folder / FAST, said, words[:1]),
        "eager torch": lambda: eager(one),
        "eager torch with rounding": lambda: exact(one),
        "ONNX Runtime": runs,
        "ONNX Runtime, Python": lambda: graph.run(None, given),
    }


def main() -> None:
    """Compare bits, measure, and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--bits", type=int, default=8, help="of weights and activations")
    parser.add_argument("--compiler", default="cc")
    parser.add_argument("--options", default="-O3 -march=native")
    parser.add_argument("--quick", action="store_true", help="few rounds, loose floors, no rows")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    program, rng = drawn(arguments.bits), np.random.default_rng(1)
    ordinary = rng.normal(0, 60, (EVENTS, PARTICLES, FEATURES)).round().astype(np.int64)
    words = adversarial(program, ordinary.clip(WORD.lowest, WORD.highest))
    compiler = Compiler(arguments.compiler, tuple(arguments.options.split()))
    grids = [each.format for each in program.operations if isinstance(each, Quantise)]
    exact = Eager(program, tuple(rounding(grid) for grid in grids))
    with TemporaryDirectory() as name, torch.inference_mode():
        folder = Path(name)
        compile_both(program, compiler, folder)
        require_exact(program, exact, words, folder)
        functions = contenders(program, exact, words, compiler, folder)
        times = rounds(functions, 3 if arguments.quick else arguments.rounds)
    for name in ("C", "ONNX Runtime"):
        times[name] = [seconds / MANY for seconds in times[name]]
    for name, seconds in times.items():
        middle, low, high = (1e9 * each(seconds) for each in (median, min, max))
        print(f"{name}: {middle:.4g} ns [{low:.4g}, {high:.4g}]")
    write(times, arguments, len(words), compiler.version or "")


def write(times: Mapping[str, list[float]], arguments: Any, num: int, version: str) -> None:
    """Write a row against each, or look at loose floors."""
    for against, (name, goal) in GOALS.items():
        ratios = [theirs / ours for theirs, ours in zip(times[against], times["C"], strict=True)]
        whole = times[f"{against}, Python" if against == "ONNX Runtime" else against]
        called = median(t / o for t, o in zip(whole, times["C, Python"], strict=True))
        print(f"{name}: {median(ratios):.3g} (goal {goal}); called from Python {called:.3g}")
        if arguments.quick:
            if median(ratios) < goal / 5:
                sys.exit(f"{name} is {median(ratios):.3g}, a fifth of its goal is {goal / 5:g}.")
            continue
        interface = "its C interface" if against == "ONNX Runtime" else "Python, which is its own"
        said = (
            f"{against}, {1e9 * median(times[against]):.4g} ns, called from {interface}: the same "
            f"network in 32-bit floats without rounding, from values, one event, one thread; ours "
            f"{1e9 * median(times['C']):.4g} ns, called from C, {arguments.bits} bits, equal in "
            f"every bit on {num} events; {version}, {arguments.options}. Both called from Python: "
            f"{called:.3g}"
        )
        if against == "eager torch":
            rounded = median(times["eager torch with rounding"]) / median(times["C"])
            said += f"; eager torch that rounds as C does, against C called from C: {rounded:.3g}"
        print(
            write_row(
                "hardware", name, median(ratios), min(ratios), max(ratios), "1", said, COMMAND
            )
        )


if __name__ == "__main__":
    main()
