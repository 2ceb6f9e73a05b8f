"""The wide half of a feedforward network, in little memory."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

_aten = torch.ops.aten


class HiddenLayer(torch.autograd.Function):
    """Activation, dropout, normalisation and a linear layer.

    Of the wide arrays only the input is kept; activation and normalisation are made again in the
    backward pass. It makes the memory of a training step a third smaller.
    """

    @staticmethod
    def forward(
        ctx: Any,
        hidden: Float[Tensor, "row hidden"],
        scale: Float[Tensor, " hidden"],
        shift: Float[Tensor, " hidden"],
        matrix: Float[Tensor, "width hidden"],
        bias: Float[Tensor, " width"],
        eps: float,
        dropout: float,
    ) -> Float[Tensor, "row width"]:
        """Apply them in turn.

        Parameters
        ----------
        ctx
            What the backward pass needs.
        hidden
            Before the activation.
        scale
            Of the normalisation.
        shift
            Of the normalisation.
        matrix
            Of the linear layer.
        bias
            Of the linear layer.
        eps
            Added to variances.
        dropout
            Probability of losing an activation.

        Returns
        -------
        Tensor
            What the linear layer gives, in the precision of the input.
        """
        active, kept = functional.gelu(hidden), ()
        if dropout:
            active, *kept = _aten.native_dropout(active, dropout, True)
        normed, mean, deviation = torch.native_layer_norm(active, scale.shape, scale, shift, eps)
        ctx.save_for_backward(hidden, scale, shift, matrix, mean, deviation, *kept)
        ctx.eps, ctx.dropout = eps, dropout
        return functional.linear(normed, matrix.to(hidden.dtype), bias.to(hidden.dtype))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Float[Tensor, "row width"]) -> tuple[Tensor | None, ...]:
        """Go back.

        Parameters
        ----------
        ctx
            What the forward pass kept.
        gradient
            With respect to what the linear layer gave.

        Returns
        -------
        tuple
            Gradients of the inputs of `forward`.
        """
        hidden, scale, shift, matrix, mean, deviation, *kept = ctx.saved_tensors
        active = functional.gelu(hidden)
        loss = 1 / (1 - ctx.dropout)
        if kept:
            active = _aten.native_dropout_backward(active, *kept, loss)
        normed = torch.native_layer_norm(active, scale.shape, scale, shift, ctx.eps)[0]
        of_matrix = (gradient.T @ normed).to(matrix.dtype)
        of_bias = gradient.sum(0, dtype=matrix.dtype)
        above = gradient @ matrix.to(gradient.dtype)
        above, of_scale, of_shift = _aten.native_layer_norm_backward(
            above, active, scale.shape, mean, deviation, scale, shift, [True, True, True]
        )
        if kept:
            above = _aten.native_dropout_backward(above, *kept, loss)
        of_hidden = _aten.gelu_backward(above, hidden)
        return of_hidden, of_scale, of_shift, of_matrix, of_bias, None, None
