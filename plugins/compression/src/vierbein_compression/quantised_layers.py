"""Brevitas layers with power-of-two scales: those that learn, and those that are fixed."""

from typing import Final

import brevitas.nn as qnn
import torch
from brevitas.quant.fixed_point import (
    Int8WeightPerTensorFixedPoint,
    Uint8ActPerTensorFixedPointMaxInit,
)
from jaxtyping import Float
from torch import Tensor, nn

_BETWEEN: Final = 2.0**-0.5
"""Where a learned scale begins below its power of two: at the power itself it would soon leave."""


class FixedScale(nn.Module):
    """A quantiser's spacing, as a buffer.

    Parameters
    ----------
    spacing
        A power of two.
    """

    scale: Tensor

    def __init__(self, spacing: float = 1.0) -> None:
        super().__init__()
        self.register_buffer("scale", torch.tensor(spacing))

    def forward(self, x: Tensor, threshold: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Give the spacing, whatever is quantised."""
        return self.scale


def learning_linear(linear: nn.Linear, num_bits: int) -> qnn.QuantLinear:
    """Copy a linear layer into one whose weights are rounded as it learns.

    Their spacing is the power of two at which the largest still fits.
    """
    made = _linear(linear, num_bits)
    _fill(made, linear.weight, linear.bias)
    return made


def learning_relu(num_bits: int, spacing: float) -> qnn.QuantReLU:
    """Make a rectifier whose output is rounded; its spacing is learned, and begins at a given one.

    Parameters
    ----------
    num_bits
        Width of its output.
    spacing
        A power of two.

    Returns
    -------
    QuantReLU
        Rounds to nearest, ties to even, and saturates.
    """
    largest = spacing * 2.0**num_bits * _BETWEEN
    quantiser = Uint8ActPerTensorFixedPointMaxInit
    return qnn.QuantReLU(act_quant=quantiser, bit_width=num_bits, max_val=largest)


def fixed_linear(like: nn.Linear, num_bits: int) -> qnn.QuantLinear:
    """Make a layer of that shape whose spacing is a buffer; its numbers are to be loaded."""
    return _linear(like, num_bits, weight_scaling_impl=FixedScale())


def fixed_relu(num_bits: int) -> qnn.QuantReLU:
    """Make a rectifier whose spacing is a buffer, to be loaded."""
    quantiser = Uint8ActPerTensorFixedPointMaxInit
    return qnn.QuantReLU(act_quant=quantiser, bit_width=num_bits, scaling_impl=FixedScale())


def fix_linear(fixed: qnn.QuantLinear, learned: qnn.QuantLinear) -> None:
    """Fill a fixed layer with the rounded weights of one that has learned."""
    weight = learned.quant_weight()
    spacing = power_of_two(weight.scale)
    fixed.weight_quant.tensor_quant.scaling_impl.scale.fill_(spacing)
    _fill(fixed, (weight.value / spacing).round() * spacing, learned.bias)


def fix_relu(fixed: qnn.QuantReLU, learned: qnn.QuantReLU) -> None:
    """Give a fixed rectifier the spacing of one that has learned."""
    quantiser = fixed.act_quant.fused_activation_quant_proxy.tensor_quant
    quantiser.scaling_impl.scale.fill_(power_of_two(learned.act_quant.scale()))


def power_of_two(scale: Float[Tensor, ""]) -> float:
    """Give the power of two that a scale is, but for rounding."""
    return 2.0 ** round(float(scale.detach().double().log2()))


def _linear(like: nn.Linear, num_bits: int, **settings: FixedScale) -> qnn.QuantLinear:
    made = qnn.QuantLinear(
        like.in_features,
        like.out_features,
        bias=like.bias is not None,
        weight_quant=Int8WeightPerTensorFixedPoint,
        weight_bit_width=num_bits,
        bias_quant=None,
        **settings,
    )
    return made.to(like.weight.device)


def _fill(layer: qnn.QuantLinear, weight: Tensor, bias: Tensor | None) -> None:
    with torch.no_grad():
        layer.weight.copy_(weight)
        if bias is not None:
            layer.bias.copy_(bias)
