"""Programs -> programs of the few operations that hls4ml converts exactly."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray

from vierbein.fixed_point.operations import (
    OPERATIONS,
    Add,
    Concatenate,
    Dense,
    Max,
    Mean,
    Operation,
    Reshape,
    Shape,
    Sum,
    Take,
    Transpose,
)
from vierbein.fixed_point.program import Program

MOST_AXES = 3
"""That hls4ml transposes, or joins along, without the one of events."""

Matrix = Int[NDArray[np.int64], "before after"]


def digestible(program: Program) -> Program:
    """Write a program so that a layer of hls4ml is there for each of its operations.

    Sums, means, choices and stretched axes become dense layers of zeros and ones, which cost a
    tree of adders, or wires: no tool builds a multiplier for those. Dense layers act on two axes,
    maxima on the middle one of three, additions on equal shapes, concatenations on two tensors.

    Parameters
    ----------
    program
        To rewrite.

    Returns
    -------
    Program
        Every tensor of the program is in it, by its name and with the same bits; those on the way
        to a tensor have its name with a suffix.
    """
    written = [step for each in program.operations for step in _written(program, each)]
    return replace(program, operations=tuple(written))


def lacking(program: Program) -> list[str]:
    """Name the operations that hls4ml has no exact layer for, and what to take instead."""
    said = []
    for operation in program.operations:
        kind = type(operation).__name__
        if type(operation) not in OPERATIONS:
            what = f"hls4ml has no {kind}: write it in the operations of vierbein.fixed_point"
            said.append(f"{operation.name}: {what}")
            continue
        shapes = [program.shape_of(name) for name in operation.inputs]
        widest = max(len(shape) for shape in [*shapes, program.shape_of(operation.name)])
        moves = isinstance(operation, Transpose | Concatenate | Sum | Take | Max | Add)
        if moves and widest > MOST_AXES:
            what = f"{kind} over {widest} axes, where hls4ml moves {MOST_AXES}"
            said.append(f"{operation.name}: {what}: join axes by a reshaping before it")
    return said


def _written(program: Program, operation: Operation) -> list[Operation]:
    chain = _Chain(operation, [program.shape_of(name) for name in operation.inputs])
    result = program.shape_of(operation.name)
    match operation:
        case Dense():
            chain.apply(operation)
        case Sum():
            num = chain.shape[operation.axis]
            fraction = num.bit_length() - 1 if isinstance(operation, Mean) else 0
            chain.multiply(operation.axis, np.ones((num, 1), np.int64), fraction)
        case Take():
            identity = np.eye(chain.shape[operation.axis], dtype=np.int64)
            chain.multiply(operation.axis, identity[:, list(operation.indices)])
        case Max():
            chain.maximise(operation)
        case Add():
            chain.add(operation, result)
        case Concatenate():
            chain.concatenate(operation)
        case _:
            chain.step("moved", operation, result)
    chain.reshape(result)
    return chain.finished()


class _Chain:
    """Operations in a row, the last of which gives the tensor of the one that they stand for."""

    def __init__(self, operation: Operation, shapes: Sequence[Shape]) -> None:
        self.name, self.inputs, self.shapes = operation.name, operation.inputs, shapes
        self.at, self.shape = operation.inputs[0], shapes[0]
        self.made: list[Operation] = []

    def step(self, what: str, operation: Operation, shape: Shape, *others: str) -> None:
        """Add an operation of the tensor that was made last."""
        name = f"{self.name}.{what}{len(self.made)}"
        self.made.append(replace(operation, name=name, inputs=(self.at, *others)))
        self.at, self.shape = name, shape

    def reshape(self, shape: Shape) -> None:
        """Give it another shape."""
        if shape != self.shape:
            self.step("shaped", Reshape("", (), shape), shape)

    def transpose(self, axes: Shape) -> None:
        """Put its axes in another order."""
        if axes != tuple(sorted(axes)):
            shape = tuple(self.shape[axis] for axis in axes)
            self.step("turned", Transpose("", (), axes), shape)

    def apply(self, dense: Dense) -> None:
        """Apply a dense layer to the last axis, all others before it in one."""
        before = self.shape[:-1]
        rows = int(np.prod(before))
        self.reshape((rows, self.shape[-1]))
        self.step("dense", dense, (rows, dense.weight.shape[1]))
        self.reshape((*before, dense.weight.shape[1]))

    def multiply(self, axis: int, matrix: Matrix, fraction: int = 0) -> None:
        """Multiply any axis by a matrix: it goes last, and back."""
        order, back = _last(axis, len(self.shape))
        self.transpose(order)
        self.apply(Dense("", (), matrix, fraction, weight_bits=1))
        self.transpose(back)

    def maximise(self, largest: Max) -> None:
        """Take the largest along the middle one of three axes."""
        if len(self.shape) == 1:
            self.reshape((*self.shape, 1))
        axis = largest.axis % len(self.shape)
        others = [each for each in range(len(self.shape)) if each != axis]
        self.transpose((*others[:-1], axis, others[-1]))
        rows = int(np.prod(self.shape[:-2]))
        self.reshape((rows, *self.shape[-2:]))
        self.step("largest", replace(largest, axis=1, is_kept=True), (rows, 1, self.shape[-1]))

    def add(self, total: Add, result: Shape) -> None:
        """Stretch both to the result's shape, and add."""
        ends = []
        for name, shape in zip(self.inputs, self.shapes, strict=True):
            self.at, self.shape = name, shape
            self.reshape((1,) * (len(result) - len(shape)) + shape)
            for axis, length in enumerate(result):
                if self.shape[axis] != length:
                    self.multiply(axis, np.ones((1, length), np.int64))
            ends.append(self.at)
        self.at = ends[0]
        self.step("sum", total, result, ends[1])

    def concatenate(self, joined: Concatenate) -> None:
        """Join two at a time."""
        axis = joined.axis % len(self.shape)
        for name, shape in zip(self.inputs[1:], self.shapes[1:], strict=True):
            length = self.shape[axis] + shape[axis]
            whole = (*self.shape[:axis], length, *self.shape[axis + 1 :])
            self.step("joined", replace(joined, axis=axis), whole, name)

    def finished(self) -> list[Operation]:
        """Give the operations, the last one by the name of what they stand for."""
        return [*self.made[:-1], replace(self.made[-1], name=self.name)]


def _last(axis: int, num: int) -> tuple[Shape, Shape]:
    """Give the order of axes that puts one last, and the order that puts it back."""
    axis %= num
    order = (*(each for each in range(num) if each != axis), axis)
    return order, tuple(order.index(each) for each in range(num))
