"""Brevitas layers -> operations of a program."""

import math
from typing import Any, Final

import brevitas.nn as qnn
import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray

from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import Dense, Quantise
from vierbein_compression.program_writer import ProgramWriter, Tensor
from vierbein_compression.quantised_layers import power_of_two

_FINEST: Final = 24
"""Bits behind an accumulator's spacing in which a bias is looked for."""
_MANTISSA: Final = 0.5


def write_linear(writer: ProgramWriter, layer: qnn.QuantLinear, given: Tensor) -> Tensor:
    """Write a linear layer, and note what of its quantisers a program cannot hold."""
    quantisers = {
        "input": layer.input_quant,
        "bias": layer.bias_quant,
        "output": layer.output_quant,
    }
    for which in [which for which, each in quantisers.items() if each.is_quant_enabled]:
        writer.find("quantiser", f"its {which} has one of its own: take it away")
    if not layer.weight_quant.is_quant_enabled:
        writer.refuse("Linear")
    with torch.no_grad():
        quantised = layer.quant_weight()
    fraction = _fraction(writer, quantised.scale, quantised.zero_point)
    weight = (quantised.value.double() * 2.0**fraction).round().long().T.contiguous()
    settings = {
        "weight": weight.cpu().numpy(),
        "weight_fraction": fraction,
        "weight_bits": int(quantised.bit_width),
    }
    if layer.bias is not None:
        bias = layer.bias.detach().double().cpu().numpy()
        settings |= _bias(writer, bias, given.numbers.num_fraction + fraction)
    return writer.put(Dense, given, **settings)


def write_activation(
    writer: ProgramWriter, layer: qnn.QuantReLU | qnn.QuantIdentity, given: Tensor
) -> Tensor:
    """Write a quantised activation, and note what of it a program cannot hold."""
    quantiser = layer.act_quant
    if not quantiser.is_quant_enabled:
        writer.refuse(type(layer).__name__.removeprefix("Quant"))
    fraction = _fraction(writer, quantiser.scale(), quantiser.zero_point())
    if quantiser.is_narrow_range:
        writer.find("narrow range", "it leaves out an end of its range: narrow_range=False")
    if quantiser.rounding_mode != "ROUND":
        what = f"it rounds by {quantiser.rounding_mode}: round to the nearest, ties to even"
        writer.find("rounding", what)
    width, is_signed = int(quantiser.bit_width()), bool(quantiser.is_signed)
    if is_signed and isinstance(layer, qnn.QuantReLU):
        is_signed, width = False, width - 1  # the sign is never used
    return writer.put(Quantise, given, format=Format(is_signed, width, fraction))


def _bias(writer: ProgramWriter, bias: NDArray[np.float64], coarsest: int) -> dict[str, Any]:
    """Give a bias as whole numbers on the coarsest grid that has it."""
    for fraction in range(coarsest, coarsest + _FINEST + 1):
        integers = np.ldexp(bias, fraction)
        if (integers == np.rint(integers)).all():
            return {"bias": integers.astype(np.int64), "bias_fraction": fraction}
    writer.find("bias", "it is on no grid: round it to the accumulator's")
    nearest = np.rint(np.ldexp(bias, coarsest)).astype(np.int64)
    return {"bias": nearest, "bias_fraction": coarsest}


def _fraction(
    writer: ProgramWriter, scale: Float[torch.Tensor, "..."], zero_point: Float[torch.Tensor, "..."]
) -> int:
    """Give the bits behind the point of a spacing; a nearby one, and a finding, if it has none."""
    scale, zero_point = scale.detach().flatten(), zero_point.detach().flatten()
    if len(scale) > 1:
        what = f"it has {len(scale)} scales: take one for the whole layer (...PerTensorFixedPoint)"
        writer.find("scale", what)
    elif math.frexp(float(scale))[0] != _MANTISSA:
        what = f"{float(scale):g} is no power of two: take a ...PerTensorFixedPoint quantiser"
        writer.find("scale", what)
    if bool((zero_point != 0).any()):
        writer.find("zero point", f"it is {float(zero_point[0]):g}: take a quantiser without one")
    return -round(math.log2(power_of_two(scale.min())))
