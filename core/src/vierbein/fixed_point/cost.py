"""What a fixed-point program costs, whatever it is lowered with."""

import math

from vierbein.fixed_point.operations import Dense
from vierbein.fixed_point.program import Program


def bit_operations(program: Program) -> int:
    """Count the operations on single bits that a program's products are made of.

    A product of numbers of `n` and `m` bits is `n m` of them; products with weights that are zero
    are left out [1]_, and so are additions, as by [2]_. An input's width is that of the narrowest
    format that holds it whatever the event, so that a sum over particles makes it wider.

    Parameters
    ----------
    program
        Of one event.

    Returns
    -------
    int
        The sum over dense layers of rows, weights that are not zero, bits of a weight and bits of
        an input.

    References
    ----------
    .. [1] B. Hawks et al., "Ps and Qs", arXiv:2102.11289.
    .. [2] C. Sun et al., "Gradient-based automatic mixed precision quantization", arXiv:2405.00645.
    """
    total = 0
    for operation in program.operations:
        if isinstance(operation, Dense):
            (given,) = operation.inputs
            rows = math.prod(program.shape_of(given)[:-1])
            num_weights = int((operation.weight != 0).sum())
            total += rows * num_weights * operation.weight_bits * program.format_of(given).num_bits
    return total
