"""Programs -> programs that compute the same bits by other operations."""

from dataclasses import replace

import numpy as np

from vierbein.fixed_point.operations import Dense, Mean, Operation, Reshape, Sum
from vierbein.fixed_point.program import Program


def without_sums(program: Program) -> Program:
    """Fold sums over particles into the dense layer that follows: one row of weights a particle.

    Tools that cannot sum over an axis compute the same bits so. A sum that is kept as an axis, that
    several operations read, or that no dense layer follows, stays.

    Parameters
    ----------
    program
        To rewrite.

    Returns
    -------
    Program
        With the same names; a sum's is now its flattened input's.
    """
    readers: dict[str, list[Operation]] = {}
    for operation in program.operations:
        for name in operation.inputs:
            readers.setdefault(name, []).append(operation)
    written: list[Operation] = []
    tiles: dict[str, int] = {}
    for operation in program.operations:
        if isinstance(operation, Sum) and (num := _foldable(program, operation, readers)):
            width = program.shape_of(operation.name)[-1]
            written.append(Reshape(operation.name, operation.inputs, (num * width,)))
            tiles[operation.name] = num
        elif isinstance(operation, Dense) and (num := tiles.get(operation.inputs[0], 0)):
            shift = (num.bit_length() - 1) if _is_mean(program, operation.inputs[0]) else 0
            fraction = operation.weight_fraction + shift
            weight = np.tile(operation.weight, (num, 1))
            written.append(replace(operation, weight=weight, weight_fraction=fraction))
        else:
            written.append(operation)
    return replace(program, operations=tuple(written))


def _is_mean(program: Program, name: str) -> bool:
    return any(isinstance(each, Mean) and each.name == name for each in program.operations)


def _foldable(program: Program, total: Sum, readers: dict[str, list[Operation]]) -> int:
    shape = program.shape_of(total.inputs[0])
    following = readers.get(total.name, [])
    is_pooling = len(shape) == 2 and total.axis % 2 == 0 and not total.is_kept  # noqa: PLR2004
    is_read_once = len(following) == 1 and isinstance(following[0], Dense)
    return shape[0] if is_pooling and is_read_once else 0
