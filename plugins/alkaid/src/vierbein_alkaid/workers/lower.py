"""Lower a program to pipelined Verilog; run as a script, with the folder of its job."""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from alkaid.codegen import RTLModel
from alkaid.trace import FVArrayInput, HWConfig, trace

Symbols = Any
"""An array of the tool's symbolic fixed-point numbers."""

TOP = "firmware"  # "program" is a word of the language
_COSTS = HWConfig(1, 1, -1)  # of an adder and of its carry, by the bit; no limit on the depth


def traced(program: Mapping[str, Any], ties: Sequence[str]) -> tuple[Symbols, dict[str, Symbols]]:
    """Compute every tensor of a program, as plain data, with symbols.

    Parameters
    ----------
    program
        Shape and format of the input words, and the operations.
    ties
        Names of roundings that numbers half-way may come to.

    Returns
    -------
    Symbols
        The input words.
    dict
        Every other tensor by its name.
    """
    words = FVArrayInput(tuple(program["shape"]), _COSTS)
    found = {"words": words.quantize(*_bits(program["format"]))}
    for operation in program["operations"]:
        given = [found[name] for name in operation["inputs"]]
        found[operation["name"]] = _computed(operation, given, ties)
    found.pop("words")
    return words, found


def _computed(operation: Mapping[str, Any], given: list[Symbols], ties: Sequence[str]) -> Symbols:  # noqa: PLR0911
    first = given[0]
    match operation["operation"]:
        case "Dense":
            product = first @ _values(operation, "weight")
            return product if operation["bias"] is None else product + _values(operation, "bias")
        case "Quantise":
            return _rounded(first, operation["format"], may_tie=operation["name"] in ties)
        case "Sum" | "Mean" | "Max" as kind:
            reduce = np.amax if kind == "Max" else np.sum
            along = reduce(first, axis=operation["axis"], keepdims=operation["is_kept"])
            return along * (1 / first.shape[operation["axis"]]) if kind == "Mean" else along
        case "Add":
            return first + given[1]
        case "Concatenate":
            return np.concatenate(given, axis=operation["axis"])
        case "Take":
            return np.take(first, operation["indices"], axis=operation["axis"])
        case "Transpose":
            return first.transpose(operation["axes"])
        case "Reshape":
            return first.reshape(operation["shape"])
        case other:
            raise ValueError(other)


def _rounded(given: Symbols, grid: Mapping[str, Any], *, may_tie: bool) -> Symbols:
    """Round to the nearest, ties to even, and saturate.

    Where no number can lie half-way, rounding half up is the same. The tool's own rounding to even
    (RND_CONV of alkaid 0.8.2) gives wrong numbers where low bits are constant, and for constants,
    such as the bias of a pruned neuron.
    """
    lifted = given + _below_ties(given, grid["num_fraction"]) if may_tie else given
    return lifted.quantize(*_bits(grid), overflow_mode="SAT", round_mode="RND")


def _below_ties(given: Symbols, num_fraction: int) -> Symbols:
    """Give what takes a tie down to an even number, and moves no other across one.

    It is minus one spacing of the given numbers where what is kept of them is even.
    """
    _, before, behind = given.kif
    width = np.maximum(before, 1 - num_fraction) + 1
    # The tool's optimiser errs about single bits: the lowest one that is kept is a difference.
    kept, halved = (given.quantize(1, width, num_fraction - each) for each in (0, 1))
    spacing = np.where(behind > num_fraction, 2.0**-behind, 0.0)
    return (kept - halved) * (spacing * 2.0**num_fraction) - spacing


def _bits(grid: Mapping[str, Any]) -> tuple[int, int, int]:
    """Give sign bits, bits before the point, and bits behind it."""
    num_sign = int(grid["is_signed"])
    return num_sign, grid["num_bits"] - num_sign - grid["num_fraction"], grid["num_fraction"]


def _values(operation: Mapping[str, Any], name: str) -> Any:
    return np.array(operation[name], np.float64) * 2.0 ** -operation[f"{name}_fraction"]


def _port(signal: Any) -> list[list[int]]:
    return [[int(part) for part in precision] for precision in signal.precisions]


def main(folder: Path) -> None:
    """Write the Verilog project, and the models that `interpret` runs."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    words, tensors = traced(job["program"], job["ties"])
    prediction = tensors[job["program"]["operations"][-1]["name"]]
    everything = np.concatenate([np.ravel(np.asarray(each)) for each in tensors.values()])
    # Words that nothing reads stay, so that the port has a place for each of them.
    firmware = trace(words, prediction, keep_dead_inputs=True)
    project = folder / "project"
    model = RTLModel(
        firmware,
        project,
        TOP,
        latency_cutoff=job["stage_delay"],
        clock_period=job["clock_period"],
        part_name=job["part"],
        print_latency=False,
    )
    model.write()
    for name in ("sim", "model"):  # the tool's own harness, and files with the time of day in them
        shutil.rmtree(project / name)
    firmware.save(project / "firmware.json")
    trace(words, list(everything), keep_dead_inputs=True).save(project / "tensors.json")
    cost = json.loads((project / "metadata.json").read_text(encoding="utf-8"))["cost"]
    result = {
        "top": TOP,
        "latency": int(model.latency),
        "input": _port(model.fsm.inp_signals[0]),
        "output": _port(model.fsm.out_signals[0]),
        "lut": cost,
        "ff": model.reg_bits,
    }
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
