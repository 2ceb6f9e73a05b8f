"""The published pair network in training: normalised by the pairs of the batch, in little memory.

Written with autograd, each layer would keep half a dozen arrays as large as all pairs. Here each
keeps one, its product before normalisation; everything else is made again in the backward pass, for
few enough pairs at a time that it stays in the cache.
"""

from collections.abc import Iterator
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

CHUNK = 4096
"""Pairs that are computed at a time."""

gelu = torch.ops.aten.gelu.default
gelu_backward = torch.ops.aten.gelu_backward.default


class NormalisedLayers(torch.autograd.Function):
    """Linear layers, each normalised over the pairs of the batch before its activation.

    The first one's normalisation is part of its matrix already. Inputs carry no gradient.
    """

    @staticmethod
    def forward(
        ctx: Any, rows: Tensor, first: Tensor, shift: Tensor, eps: float, *others: Tensor
    ) -> tuple[Tensor, ...]:
        """Compute the last layer's normalised products, and every normalised layer's statistics.

        Parameters
        ----------
        ctx
            What the backward pass needs.
        rows
            One column a pair.
        first
            Matrix of the first layer, its normalisation applied.
        shift
            What is added to its products.
        eps
            Added to variances.
        others
            Matrix, scale and shift of every other layer.

        Returns
        -------
        tuple
            The last layer's normalised products; then mean and variance of each layer's.
        """
        num = rows.shape[1]
        matrices, scales, shifts = others[::3], others[1::3], others[2::3]
        dtype = matrices[0].dtype
        affine, kept, statistics = [], [], []
        for index, matrix in enumerate(matrices):
            products = rows.new_empty(len(matrix), num, dtype=dtype)
            total = rows.new_zeros(2, len(matrix), dtype=torch.float64)
            for part in chunks(num):
                if index:
                    hidden = gelu(apply(kept[-1][:, part], *affine[-1]))
                else:
                    hidden = gelu(torch.addmm(shift, first, rows[:, part]).to(dtype))
                product = torch.mm(matrix, hidden, out=products[:, part])
                exact = product.to(rows.dtype)
                total += torch.stack([exact.sum(1), torch.linalg.vecdot(exact, exact)])
            mean, square = total / max(num, 1)
            variance = (square - mean.square()).clamp(min=0.0)
            deviation = (variance + eps).sqrt()
            scale = scales[index] / deviation
            affine.append((scale, shifts[index] - mean * scale))
            affine[-1] = tuple(each.to(rows.dtype).unsqueeze(1) for each in affine[-1])
            kept.append(products)
            statistics += [mean.to(rows.dtype), variance.to(rows.dtype)]
        ctx.save_for_backward(rows, first, shift, *matrices, *scales, *kept, *statistics)
        ctx.affine = affine
        ctx.eps = eps
        ctx.mark_non_differentiable(*statistics)
        return (apply(kept[-1], *affine[-1]), *statistics)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor, *_: Tensor) -> tuple[Tensor | None, ...]:
        """Go back through the layers, each in one pass over the pairs.

        Parameters
        ----------
        ctx
            What the forward pass kept.
        gradient
            With respect to the normalised products of the last layer.

        Returns
        -------
        tuple
            Gradients of the inputs of `forward`.
        """
        rows, first, shift, *saved = ctx.saved_tensors
        num, depth = rows.shape[1], len(ctx.affine)
        matrices, scales, kept = (saved[i * depth : (i + 1) * depth] for i in range(3))
        statistics = saved[3 * depth :]
        gradients: list[Tensor] = []
        total = gradient.sum(1)
        with_products = torch.linalg.vecdot(gradient.to(kept[-1].dtype), kept[-1]).to(rows.dtype)
        for index in reversed(range(depth)):
            mean, variance = statistics[2 * index : 2 * index + 2]
            inverse = (variance + ctx.eps).rsqrt()
            of_scale = (with_products - mean * total) * inverse
            # The gradient of products: scale / deviation * (gradient - its mean - normalised * ...)
            factor = scales[index] * inverse
            slope = factor * inverse * of_scale / num
            offset = slope * mean - factor * total / num
            factor, slope, offset = (each.unsqueeze(1) for each in (factor, slope, offset))
            matrix = matrices[index]
            of_matrix = torch.zeros_like(matrix, dtype=rows.dtype)
            width = matrix.shape[1]
            passed = rows.new_empty(width, num, dtype=matrix.dtype) if index else None
            next_total, next_with = rows.new_zeros(width), rows.new_zeros(width)
            of_first = torch.zeros_like(first)
            for part in chunks(num):
                of_products = gradient[:, part] * factor
                of_products = of_products.sub_(kept[index][:, part] * slope).add_(offset)
                of_products = of_products.to(matrix.dtype)
                if index:
                    before = apply(kept[index - 1][:, part], *ctx.affine[index - 1])
                else:
                    before = torch.addmm(shift, first, rows[:, part])
                before = before.to(matrix.dtype)
                of_matrix += of_products @ gelu(before).T
                through = gelu_backward(matrix.T @ of_products, before)
                next_total += through.sum(1)
                if passed is None:
                    of_first += through.to(rows.dtype) @ rows[:, part].T
                else:
                    passed[:, part] = through
                    next_with += torch.linalg.vecdot(through, kept[index - 1][:, part])
            gradients = [of_matrix, of_scale, total, *gradients]
            total, with_products = next_total, next_with
            if passed is None:
                return (None, of_first, total.unsqueeze(1), None, *gradients)
            gradient = passed
        raise AssertionError


def apply(
    products: Float[Tensor, "feature pair"],
    scale: Float[Tensor, "feature 1"],
    shift: Float[Tensor, "feature 1"],
) -> Float[Tensor, "feature pair"]:
    """Scale and shift."""
    return (products * scale).add_(shift).to(products.dtype)


def chunks(num: int) -> Iterator[slice]:
    """Cut so many pairs."""
    return (slice(start, min(start + CHUNK, num)) for start in range(0, num, CHUNK))
