"""Which programs become FINN's layers, and what to take instead where one does not."""

from collections.abc import Sequence

from vierbein.fixed_point.operations import (
    Add,
    Concatenate,
    Dense,
    Max,
    Mean,
    Operation,
    Quantise,
    Reshape,
    Sum,
    Take,
    Transpose,
)
from vierbein.fixed_point.program import Program
from vierbein.fixed_point.rewrite import without_sums

OPERATIONS: Sequence[type[Operation]] = (Dense, Quantise, Sum, Mean, Reshape)

_INSTEAD = {
    Max: "FINN pools by an HLS layer, which only Vitis can make: take the sum over particles",
    Add: "FINN adds streams by an HLS layer: take deep sets, where nothing is added",
    Concatenate: "FINN joins streams by an HLS layer: take deep sets",
    Take: "FINN has no layer that picks particles for pairs: take deep sets",
    Transpose: "FINN transposes between layers by a shuffle that is not stitched here: take layers "
    "along features only",
    Sum: "only a sum over particles that one dense layer follows is folded into it: put it there",
    Reshape: "only flattening is free in a stream: let the reshape give one axis",
}
_LEAST_BITS = 2


def complaints(program: Program) -> list[str]:
    """Name each layer without a counterpart, and what to take instead; nothing if all have one.

    Parameters
    ----------
    program
        As the network gives it.

    Returns
    -------
    list
        A line for each.
    """
    said = []
    folded = without_sums(program)
    for operation in folded.operations:
        kind = type(operation)
        is_sum = isinstance(operation, Sum)
        is_shaped = isinstance(operation, Reshape) and len(operation.shape) > 1
        if kind not in OPERATIONS or is_sum or is_shaped:
            reason = _INSTEAD[Sum if is_sum else kind]
            said.append(f"{operation.name} ({kind.__name__}): {reason}")
        if isinstance(operation, Dense):
            widths = {
                "inputs": folded.format_of(operation.inputs[0]).num_bits,
                "weights": operation.weight_bits,
            }
            said += [
                f"{operation.name} (Dense): its {what} have {width} bit; FINN's matrix unit takes "
                f"{_LEAST_BITS} or more"
                for what, width in widths.items()
                if width < _LEAST_BITS
            ]
    if not isinstance(folded.operations[-1], Dense | Quantise):
        said.append(f"{folded.output}: the last layer must be dense or quantised")
    return said
