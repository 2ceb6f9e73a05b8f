"""A program's operations -> statements of C on integers, exact by the program's bounds."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray

from vierbein.fixed_point.operations import (
    Add,
    Concatenate,
    Dense,
    Max,
    Mean,
    Operation,
    Quantise,
    Reshape,
    Shape,
    Sum,
    Take,
    Transpose,
)
from vierbein.fixed_point.program import WORDS, Program
from vierbein_cpu.c_integers import magnitude, narrowest, up_to
from vierbein_cpu.errors import NotGeneratedError

_TERMS: Final = 64
"""Products in one statement; compilers take longer than they gain with more."""


class Body:
    """Statements that compute each tensor of a program.

    Every tensor is an array of its own, of the narrowest type that its bounds allow. Loops have
    constant lengths, with the outputs of a layer innermost: compilers make vectors of them.

    Parameters
    ----------
    program
        What is written.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.constants: list[str] = []
        self.statements: list[str] = []
        self._variables: dict[str, str] = {}
        self._types: dict[str, str] = {}
        grid, num = program.format, math.prod(program.shape)
        self._declare(WORDS)
        self._write(f"for (int i = 0; i < {num}; ++i)")
        self._write("    t0[i] = " + _saturated("words[i]", grid.lowest, grid.highest) + ";")
        for operation in program.operations:
            try:
                self._operation(operation)
            except OverflowError as error:
                kind = type(operation).__name__
                what = "its numbers may need more than 64 bits; use fewer bits"
                raise NotGeneratedError([f"{operation.name}: {kind}: {what}"]) from error
        result = self._variables[program.output]
        num = math.prod(program.shape_of(program.output))
        self._write(f"for (int i = 0; i < {num}; ++i)")
        self._write(f"    prediction[i] = {result}[i];")

    def _operation(self, operation: Operation) -> None:
        writers: Mapping[type[Operation], Callable[[Any], None]] = {
            Dense: self._dense,
            Quantise: self._quantise,
            Sum: self._sum,
            Mean: self._sum,
            Max: self._max,
            Add: self._add,
            Concatenate: self._concatenate,
            Take: self._take,
            Transpose: self._transpose,
            Reshape: self._same_place,
        }
        # By its very type: one that is derived may compute anything.
        if (writer := writers.get(type(operation))) is None:
            what = f"{type(operation).__name__} has no counterpart in C"
            raise NotGeneratedError([f"{operation.name}: {what}"])
        if not isinstance(operation, Reshape):
            self._declare(operation.name)
        writer(operation)
        num = math.prod(self.program.shape_of(operation.name))
        self._write(f"KEEP({self._variables[operation.name]}, {num})")

    def _dense(self, dense: Dense) -> None:
        """Add products: in 16 bits as many as cannot overflow them, then in 32 (or 64)."""
        (num_inputs, num_outputs), given = dense.weight.shape, self.program.bounds[dense.inputs[0]]
        rows = math.prod(given.lowest.shape[:-1])
        largest = magnitude(given).reshape(-1, num_inputs).max(axis=0)
        reach = np.abs(dense.weight) * largest[:, None]
        shift, bias = 0, np.zeros(num_outputs, np.int64)
        if dense.bias is not None:
            shift = dense.bias_fraction - given.num_fraction - dense.weight_fraction
            bias = dense.bias
        wide = up_to((int(reach.sum(axis=0).max()) << shift) + int(np.abs(bias).max()))
        weight = self._constant(dense.weight, f"[{num_inputs}][{num_outputs}]")
        added = self._constant(bias, f"[{num_outputs}]")
        groups = _groups(reach)
        parts = [self._group(group, wide, weight, reach) for group in groups]
        x, y = self._variables[dense.inputs[0]], self._variables[dense.name]
        self._write(f"for (int r = 0; r < {rows}; ++r) {{")
        self._write(f"    const {self._types[dense.inputs[0]]} *x = {x} + r * {num_inputs};")
        self._write(f"    {wide} sum[{num_outputs}] = {{0}};")
        for block in _blocks(groups, parts):
            self._write(f"    for (int o = 0; o < {num_outputs}; ++o)")
            self._write(f"        sum[o] += {' + '.join(block)};")
        self._write(f"    for (int o = 0; o < {num_outputs}; ++o)")
        total = f"{added}[o] + sum[o] * {_power(shift)}"
        self._write(f"        {y}[r * {num_outputs} + o] = {total};")
        self._write("}")

    def _group(self, group: list[int], wide: str, weight: str, reach: NDArray[np.int64]) -> str:
        narrow = up_to(int(reach[group].sum(axis=0).max()))
        cast = f"({wide})" if narrow == wide else f"({wide})({narrow})"
        return f"{cast}({' + '.join(self._product(wide, weight, i, reach) for i in group)})"

    def _product(self, wide: str, weight: str, index: int, reach: NDArray[np.int64]) -> str:
        # C multiplies narrow integers in 32 bits.
        cast = "" if int(reach[index].max()) < 1 << 31 else f"({wide})"
        return f"{cast}x[{index}] * {weight}[{index}][o]"

    def _quantise(self, operation: Quantise) -> None:
        given, grid = self.program.bounds[operation.inputs[0]], operation.format
        dropped, largest = given.num_fraction - grid.num_fraction, int(magnitude(given).max())
        largest += 1 << max(dropped - 1, 0)
        largest = max(largest << max(-dropped, 0), grid.highest, -grid.lowest)
        self._write(f"for (int i = 0; i < {given.lowest.size}; ++i) {{")
        self._write(f"    {up_to(largest)} v = {self._variables[operation.inputs[0]]}[i];")
        self._write(f"    v = {_rounded('v', dropped)};")
        target = f"{self._variables[operation.name]}[i]"
        self._write(f"    {target} = {_saturated('v', grid.lowest, grid.highest)};")
        self._write("}")

    def _sum(self, operation: Sum) -> None:
        """Add along an axis; a mean's numbers are the sum's, on a finer grid."""
        given = self.program.bounds[operation.inputs[0]]
        outer, length, inner = _around(given.lowest.shape, operation.axis)
        wide = up_to(int(magnitude(given).sum(axis=operation.axis).max()))
        x, y = self._variables[operation.inputs[0]], self._variables[operation.name]
        terms = [f"({wide}){x}[(a * {length} + {k}) * {inner} + c]" for k in range(length)]
        self._loop(outer, inner, [f"{y}[a * {inner} + c] = {' + '.join(terms)};"])

    def _max(self, operation: Max) -> None:
        outer, length, inner = _around(self.program.shape_of(operation.inputs[0]), operation.axis)
        x, y = self._variables[operation.inputs[0]], self._variables[operation.name]
        lines = [f"{self._types[operation.inputs[0]]} v = {x}[a * {length * inner} + c];"]
        for k in range(1, length):
            other = f"{x}[(a * {length} + {k}) * {inner} + c]"
            lines.append(f"v = v < {other} ? {other} : v;")
        self._loop(outer, inner, [*lines, f"{y}[a * {inner} + c] = v;"])

    def _add(self, operation: Add) -> None:
        shape = self.program.shape_of(operation.name)
        wide = up_to(sum(int(self._finer(n, operation).max()) for n in operation.inputs))
        terms = []
        for name in operation.inputs:
            given = self.program.shape_of(name)
            strides = [s if n > 1 else 0 for s, n in zip(_strides(given), given, strict=True)]
            terms.append(
                self._shifted(f"{self._variables[name]}[{_index(strides)}]", name, operation, wide)
            )
        self._nested(shape, f"{' + '.join(terms)}", operation.name)

    def _concatenate(self, operation: Concatenate) -> None:
        shape, y = self.program.shape_of(operation.name), self._variables[operation.name]
        outer, whole, inner = _around(shape, operation.axis)
        begin, wide = 0, self._types[operation.name]
        for name in operation.inputs:
            _, length, _ = _around(self.program.shape_of(name), operation.axis)
            size = length * inner
            value = self._shifted(f"{self._variables[name]}[a * {size} + c]", name, operation, wide)
            self._loop(outer, size, [f"{y}[a * {whole * inner} + {begin * inner} + c] = {value};"])
            begin += length

    def _take(self, operation: Take) -> None:
        outer, length, inner = _around(self.program.shape_of(operation.inputs[0]), operation.axis)
        num = len(operation.indices)
        indices = self._constant(np.array(operation.indices), f"[{num}]")
        x, y = self._variables[operation.inputs[0]], self._variables[operation.name]
        self._write(f"for (int a = 0; a < {outer}; ++a)")
        self._write(f"    for (int b = 0; b < {num}; ++b)")
        self._write(f"        for (int c = 0; c < {inner}; ++c)")
        source = f"{x}[(a * {length} + {indices}[b]) * {inner} + c]"
        self._write(f"            {y}[(a * {num} + b) * {inner} + c] = {source};")

    def _transpose(self, operation: Transpose) -> None:
        strides = _strides(self.program.shape_of(operation.inputs[0]))
        source = _index([strides[axis] for axis in operation.axes])
        value = f"{self._variables[operation.inputs[0]]}[{source}]"
        self._nested(self.program.shape_of(operation.name), value, operation.name)

    def _same_place(self, operation: Reshape) -> None:
        (given,) = operation.inputs
        variable = f"t{len(self._variables)}"
        self._write(f"/* {_comment(operation.name)} */")
        self._write(f"const {self._types[given]} *{variable} = {self._variables[given]};")
        self._variables[operation.name] = variable
        self._types[operation.name] = self._types[given]

    def _declare(self, name: str) -> None:
        bounds = self.program.bounds[name]
        variable, num = f"t{len(self._variables)}", bounds.lowest.size
        of_type = narrowest(int(bounds.lowest.min()), int(bounds.highest.max()))
        self._write(f"/* {_comment(name)} */")
        self._write(f"_Alignas(64) {of_type} {variable}[{num}];")
        self._variables[name], self._types[name] = variable, of_type

    def _constant(self, values: Int[NDArray[np.int64], "..."], shape: str) -> str:
        name = f"c{len(self.constants)}"
        of_type = narrowest(int(values.min()), int(values.max()))
        numbers = _braces(values)
        self.constants.append(f"static const {of_type} {name}{shape} = {numbers};")
        return name

    def _finer(self, name: str, operation: Operation) -> Int[NDArray[np.int64], "..."]:
        return magnitude(self.program.bounds[name]) << self._shift(name, operation)

    def _shift(self, name: str, operation: Operation) -> int:
        bounds = self.program.bounds
        return bounds[operation.name].num_fraction - bounds[name].num_fraction

    def _shifted(self, value: str, name: str, operation: Operation, wide: str) -> str:
        return f"({wide}){value} * {_power(self._shift(name, operation))}"

    def _loop(self, outer: int, inner: int, lines: Sequence[str]) -> None:
        self._write(f"for (int a = 0; a < {outer}; ++a)")
        self._write(f"    for (int c = 0; c < {inner}; ++c) {{")
        for line in lines:
            self._write(f"        {line}")
        self._write("    }")

    def _nested(self, shape: Shape, value: str, name: str) -> None:
        for axis, length in enumerate(shape):
            self._write(f"{'    ' * axis}for (int i{axis} = 0; i{axis} < {length}; ++i{axis})")
        target = f"{self._variables[name]}[{_index(_strides(shape))}]"
        self._write(f"{'    ' * len(shape)}{target} = {value};")

    def _write(self, line: str) -> None:
        self.statements.append(line)


def _groups(reach: Int[NDArray[np.int64], "input output"]) -> list[list[int]]:
    """Put inputs together whose products can be added in 16 bits, whatever they are."""
    groups: list[list[int]] = []
    for index in range(len(reach)):
        if groups and int(reach[[*groups[-1], index]].sum(axis=0).max()) < 1 << 15:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _blocks(groups: list[list[int]], parts: list[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    num = 0
    for group, part in zip(groups, parts, strict=True):
        if num + len(group) > _TERMS and blocks[-1]:
            blocks.append([])
            num = 0
        blocks[-1].append(part)
        num += len(group)
    return blocks


def _rounded(value: str, dropped: int) -> str:
    """Drop bits, to the nearest number, and to the even one of two."""
    if dropped <= 0:
        return f"{value} * {_power(-dropped)}"
    half = 1 << (dropped - 1)
    odd = f"(({value} >> {dropped}) & 1)"
    return f"({value} + {_literal(half - 1)} + {odd}) >> {dropped}"


def _saturated(value: str, lowest: int, highest: int) -> str:
    low, high = _literal(lowest), _literal(highest)
    return f"{value} < {low} ? {low} : {value} > {high} ? {high} : {value}"


def _literal(value: int) -> str:
    return f"{value}LL" if abs(value) >= 1 << 31 else str(value)


def _power(shift: int) -> str:
    return _literal(1 << shift)


def _around(shape: Shape, axis: int) -> tuple[int, int, int]:
    axis %= len(shape)
    return math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :])


def _strides(shape: Shape) -> list[int]:
    return [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]


def _index(strides: Sequence[int]) -> str:
    return " + ".join(f"i{axis} * {stride}" for axis, stride in enumerate(strides)) or "0"


def _braces(values: Int[NDArray[np.int64], "..."]) -> str:
    if values.ndim == 1:
        return "{" + ", ".join(str(each) for each in values.tolist()) + "}"
    return "{" + ",\n    ".join(_braces(row) for row in values) + "}"


def _comment(name: str) -> str:
    return "".join(
        each if (each.isascii() and each.isalnum()) or each in "._" else "_" for each in name
    )
