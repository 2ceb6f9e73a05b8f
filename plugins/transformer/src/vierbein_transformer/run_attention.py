"""Attention within a run of events, with a backward pass of few steps."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable


class RunAttention(torch.autograd.Function):
    """Attention of every particle to every other of its event, with a bias from their pair.

    The same as `particle_block.attend`, which autograd takes apart into some thirty steps; events
    of a run are small, and so steps are what they cost.
    """

    @staticmethod
    def forward(
        ctx: Any,
        qkv: Float[Tensor, "event slot three_widths"],
        bias: Float[Tensor, "head event slot slot"],
        dropout: float,
    ) -> Float[Tensor, "event slot width"]:
        """Attend.

        Parameters
        ----------
        ctx
            What the backward pass needs.
        qkv
            Queries, keys and values side by side, each with the heads' parts side by side.
        bias
            Added to the attention logits.
        dropout
            Probability of losing an attention.

        Returns
        -------
        Tensor
            The heads' answers side by side.
        """
        num_events, num_slots, width = qkv.shape
        shape = (num_events, num_slots, 3, bias.shape[0], width // (3 * bias.shape[0]))
        inputs = _heads_first(qkv.view(shape))
        q, k, v = inputs
        ctx.factor = shape[-1] ** -0.5
        attention = torch.baddbmm(bias.flatten(0, 1), q, k.mT, alpha=ctx.factor).softmax(-1)
        kept: Sequence[Tensor] = ()
        if dropout:
            kept = [torch.empty_like(attention).bernoulli_(1 - dropout).div_(1 - dropout)]
        ctx.save_for_backward(inputs, attention, *kept)
        ctx.shape = shape
        answers = torch.bmm(attention * kept[0] if dropout else attention, v)
        return _slots_first(answers, shape).flatten(2)

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, gradient: Float[Tensor, "event slot width"]
    ) -> tuple[Tensor | None, ...]:
        """Go back.

        Parameters
        ----------
        ctx
            What the forward pass kept.
        gradient
            With respect to the answers.

        Returns
        -------
        tuple
            Gradients of queries, keys and values, and of the bias.
        """
        inputs, attention, *kept = ctx.saved_tensors
        num_events, num_slots, _, num_heads, head_width = ctx.shape
        q, k, v = inputs
        above = gradient.reshape(num_events, num_slots, 1, num_heads, head_width)
        above = _heads_first(above)[0]
        of_attention = torch.bmm(above, v.mT)
        used = attention
        if kept:
            of_attention.mul_(kept[0])
            used = attention * kept[0]
        of_logits = torch._softmax_backward_data(of_attention, attention, -1, attention.dtype)  # noqa: SLF001
        of_inputs = torch.empty(inputs.shape, dtype=inputs.dtype, device=inputs.device)
        torch.bmm(of_logits, k, out=of_inputs[0])
        torch.bmm(of_logits.mT, q, out=of_inputs[1])
        torch.bmm(used.mT, above, out=of_inputs[2])
        of_inputs[:2].mul_(ctx.factor)
        of_qkv = of_inputs.view(3, num_heads, num_events, num_slots, head_width)
        of_qkv = of_qkv.permute(2, 3, 0, 1, 4).reshape(num_events, num_slots, -1)
        return of_qkv, of_logits.view(num_heads, num_events, num_slots, num_slots), None


def _heads_first(
    values: Float[Tensor, "event slot kind head head_width"],
) -> Float[Tensor, "kind head_event slot head_width"]:
    return values.permute(2, 3, 0, 1, 4).flatten(1, 2)


def _slots_first(
    values: Float[Tensor, "head_event slot head_width"], shape: tuple[int, ...]
) -> Float[Tensor, "event slot head head_width"]:
    return values.view(shape[3], shape[0], shape[1], shape[4]).permute(1, 2, 0, 3)
