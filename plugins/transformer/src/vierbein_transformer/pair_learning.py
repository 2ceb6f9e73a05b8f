"""A layer of the pair network in training, in little memory.

Written with autograd, a normalised layer would keep half a dozen arrays as large as all pairs. Here
it keeps one, its product before normalisation; everything else is made again in the backward pass,
for few enough pairs at a time that it stays in the cache.
"""

from collections.abc import Iterator
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

CHUNK = 2048
"""Pairs that are computed at a time."""

_gelu = torch.ops.aten.gelu.default
_gelu_in_place = torch.ops.aten.gelu_.default
_gelu_backward = torch.ops.aten.gelu_backward.default


def mapped(
    rows: Float[Tensor, "feature pair"],
    scale: Float[Tensor, "width _"],
    shift: Float[Tensor, "width 1"],
    dtype: torch.dtype,
) -> Float[Tensor, "width pair"]:
    """Scale and shift each feature; with a matrix as scale, of the features it makes."""
    if scale.shape[1] > 1:
        return torch.addmm(shift, scale, rows).to(dtype)
    return (rows * scale).add_(shift).to(dtype)


class PairLayer(torch.autograd.Function):
    """A map of each pair's features, activation, and a linear layer, with sums for statistics.

    The map is a scale and a shift of each feature; or a matrix and a shift, before the input that
    carries no gradient. Gradients of the sums are how a normalisation learns: nothing else of its
    backward pass is as large as the pairs.
    """

    @staticmethod
    def forward(
        ctx: Any,
        rows: Float[Tensor, "feature pair"],
        scale: Float[Tensor, "width _"],
        shift: Float[Tensor, "width 1"],
        matrix: Float[Tensor, "out width"],
    ) -> tuple[Float[Tensor, "out pair"], Float[Tensor, "2 out"]]:
        """Compute products, their sums over pairs and the sums of their squares.

        Parameters
        ----------
        ctx
            What the backward pass needs.
        rows
            One column a pair.
        scale
            One column for a scale, as many as `rows` has rows for a matrix.
        shift
            Added to what is scaled.
        matrix
            Of the linear layer; its precision is that of products.

        Returns
        -------
        tuple
            Products and sums.
        """
        products = matrix.new_empty(len(matrix), rows.shape[1])
        sums = scale.new_zeros(2, len(matrix), dtype=torch.float64)
        for part in _chunks(rows):
            hidden = _gelu_in_place(mapped(rows[:, part], scale, shift, matrix.dtype))
            exact = torch.mm(matrix, hidden, out=products[:, part]).to(scale.dtype)
            sums += torch.stack([exact.sum(1), torch.linalg.vector_norm(exact, dim=1).square()])
        ctx.save_for_backward(rows, scale, shift, matrix, products)
        return products, sums

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, of_products: Float[Tensor, "out pair"], of_sums: Float[Tensor, "2 out"]
    ) -> tuple[Tensor | None, ...]:
        """Go back in one pass over the pairs.

        Parameters
        ----------
        ctx
            What the forward pass kept.
        of_products
            Gradient with respect to products.
        of_sums
            Gradient with respect to sums.

        Returns
        -------
        tuple
            Gradients of rows, scale, shift and matrix.
        """
        rows, scale, shift, matrix, products = ctx.saved_tensors
        is_matrix = scale.shape[1] > 1
        of_sum, of_square = of_sums.to(scale.dtype).unsqueeze(2)
        of_rows = None if is_matrix else torch.empty_like(rows)
        of_scale, of_shift = torch.zeros_like(scale), torch.zeros_like(shift)
        of_matrix = torch.zeros_like(matrix, dtype=scale.dtype)
        for part in _chunks(rows):
            gradient = (products[:, part] * (2 * of_square)).add_(of_sum).add_(of_products[:, part])
            gradient = gradient.to(matrix.dtype)
            before = mapped(rows[:, part], scale, shift, matrix.dtype)
            of_matrix += gradient @ _gelu(before).T
            through = _gelu_backward(matrix.T @ gradient, before).to(scale.dtype)
            of_shift += through.sum(1, keepdim=True)
            if of_rows is None:
                of_scale += through @ rows[:, part].T
            else:
                of_scale += (through * rows[:, part]).sum(1, keepdim=True)
                of_rows[:, part] = through.mul_(scale)
        return of_rows, of_scale, of_shift, of_matrix.to(matrix.dtype)


def _chunks(rows: Float[Tensor, "feature pair"]) -> Iterator[slice]:
    num = rows.shape[1]
    return (slice(start, min(start + CHUNK, num)) for start in range(0, num, CHUNK))
