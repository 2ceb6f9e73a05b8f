"""Biases that keep accumulators off ties between two points of a grid."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from vierbein.fixed_point.operations import Add, Dense, Mean, Operation, Quantise
from vierbein.fixed_point.program import WORDS, Program


@dataclass(frozen=True)
class BiasGrid:
    """Where a layer's biases may lie.

    Parameters
    ----------
    spacing
        Of the accumulators that they are added to.
    is_half
        At odd multiples of half the spacing, and not at multiples of it.
    """

    spacing: float
    is_half: bool

    def nearest(self, bias: Float[Tensor, " output"]) -> Float[Tensor, " output"]:
        """Put biases where they may lie.

        Parameters
        ----------
        bias
            One an output.

        Returns
        -------
        Tensor
            With a half: in the middle of two multiples, so that none is moved by more than that.

        Examples
        --------
        >>> import torch
        >>> BiasGrid(spacing=0.25, is_half=True).nearest(torch.tensor([0.0, 0.3, -0.1]))
        tensor([ 0.1250,  0.3750, -0.1250])
        """
        steps = bias.double() / self.spacing
        whole = steps.floor() + 0.5 if self.is_half else steps.round()
        return (whole * self.spacing).to(bias.dtype)


def bias_grids(program: Program) -> dict[str, BiasGrid]:
    """Say where the biases of each dense layer may lie, so that no requantiser sees a tie.

    An accumulator is a whole number of spacings, plus a bias. If exactly one of the biases in it is
    an odd multiple of half a spacing, it lies between the points at which tools round differently:
    half-way to even, upwards, or away from zero. Of two layers that are added, the first takes the
    half, on the finer of both grids. A layer whose accumulators a requantiser holds exactly takes
    none: with a half they would all be ties.

    Parameters
    ----------
    program
        Of the network; its biases are not looked at.

    Returns
    -------
    dict
        By the layer's name.
    """
    spacings = _Spacings(program)
    made = {operation.name: operation for operation in program.operations}
    grids = {
        name: BiasGrid(2.0 ** -spacings.fraction[name], is_half=True)
        for name, operation in made.items()
        if isinstance(operation, Dense) and operation.bias is not None
    }

    def assign(name: str, fraction: int, *, is_half: bool) -> None:
        operation = made.get(name)
        if isinstance(operation, Dense) and name in grids:
            grids[name] = BiasGrid(2.0**-fraction, is_half)
        elif isinstance(operation, Add):
            takes = [each for each in operation.inputs if _is_biased(each, made)]
            for each in operation.inputs:
                assign(each, fraction, is_half=is_half and each == takes[0])
        elif operation is not None and not isinstance(operation, Dense | Quantise):
            for each in operation.inputs:
                assign(each, fraction, is_half=is_half)

    for operation in program.operations:
        if isinstance(operation, Quantise):
            fraction = spacings.fraction[operation.inputs[0]]
            is_half = fraction > operation.format.num_fraction
            assign(operation.inputs[0], fraction, is_half=is_half)
    return grids


def _is_biased(name: str, made: dict[str, Operation]) -> bool:
    operation = made.get(name)
    if isinstance(operation, Dense):
        return operation.bias is not None
    if operation is None or isinstance(operation, Quantise):
        return False
    return any(_is_biased(each, made) for each in operation.inputs)


class _Spacings:
    """Of every tensor, as if there were no biases."""

    def __init__(self, program: Program) -> None:
        self.fraction = {WORDS: program.format.num_fraction}
        for operation in program.operations:
            finest = max(self.fraction[name] for name in operation.inputs)
            if isinstance(operation, Dense):
                finest += operation.weight_fraction
            elif isinstance(operation, Quantise):
                finest = operation.format.num_fraction
            elif isinstance(operation, Mean):
                length = program.shape_of(operation.inputs[0])[operation.axis]
                finest += length.bit_length() - 1
            self.fraction[operation.name] = finest
