"""The published pair network: interaction features of pairs -> bias of their attention logits."""

from itertools import pairwise
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vierbein_transformer.feature_norm import FeatureNorm
from vierbein_transformer.pair_learning import CHUNK, PairLayer, mapped
from vierbein_transformer.pairs import PairLinear

NUM_INTERACTIONS = 4


class PublishedPairNetwork(nn.Module):
    """Interaction features of pairs -> a bias of each head's attention logit.

    Layers, each normalised before its activation; the input is normalised, too.

    Parameters
    ----------
    num_heads
        Attention heads.
    width
        Width of the hidden layers.
    num_layers
        Hidden layers.
    """

    def __init__(self, num_heads: int, width: int, num_layers: int) -> None:
        super().__init__()
        widths = [NUM_INTERACTIONS, *[width] * num_layers, num_heads]
        self.norms = nn.ModuleList(FeatureNorm(each) for each in widths)
        self.layers = nn.ModuleList(PairLinear(a, b) for a, b in pairwise(widths))

    def forward(self, rows: Float[Tensor, "4 pair"]) -> Float[Tensor, "head pair"]:
        """Compute the bias of pairs from the logarithms of their interaction features."""
        device = rows.device.type
        is_mixed = torch.is_autocast_enabled(device)
        dtype = torch.get_autocast_dtype(device) if is_mixed else rows.dtype
        with torch.autocast(device, enabled=False):
            products = self._learning(rows, dtype) if self.training else self._fixed(rows, dtype)
            return functional.gelu(products)

    def _parts(self) -> tuple[list[FeatureNorm], list[PairLinear]]:
        norms = cast("list[FeatureNorm]", list(self.norms))
        return norms, cast("list[PairLinear]", list(self.layers))

    def _fixed(
        self, rows: Float[Tensor, "4 pair"], dtype: torch.dtype
    ) -> Float[Tensor, "head pair"]:
        """Compute the last normalised products, with normalisations as part of the layers."""
        (entry, *norms), layers = self._parts()
        scale, shift = entry.fixed()
        rows = rows * scale.unsqueeze(1) + shift.unsqueeze(1)
        affine = []
        for layer, norm in zip(layers, norms, strict=True):
            scale, shift = norm.fixed()
            affine.append((layer.weight * scale.unsqueeze(1), layer.bias * scale + shift))
        (matrix, bias), *others = affine
        others = [(other.to(dtype), shift.to(dtype).unsqueeze(1)) for other, shift in others]
        # A few pairs at a time, so that hidden layers stay in the cache; exporters see one piece.
        is_traced = torch.compiler.is_compiling()
        products = []
        for piece in [rows] if is_traced else torch.split(rows, CHUNK, dim=1):
            # The logarithms are large, and so stay in full precision.
            hidden = torch.addmm(bias.unsqueeze(1), matrix, piece).to(dtype)
            for other, shift in others:
                hidden = torch.addmm(shift, other, functional.gelu(hidden))
            products.append(hidden.to(rows.dtype))
        return products[0] if is_traced else torch.cat(products, dim=1)

    def _learning(
        self, rows: Float[Tensor, "4 pair"], dtype: torch.dtype
    ) -> Float[Tensor, "head pair"]:
        """Compute the last normalised products by the statistics of these pairs."""
        num = rows.shape[1]
        (entry, norm, *norms), (first, *layers) = self._parts()
        # What normalises the input and the first layer follows from the input's covariance alone.
        mean, covariance = _moments(rows)
        scale, shift = entry.learning(mean, covariance.diagonal(), num)
        matrix = first.weight.double() * scale
        bias = torch.addmv(first.bias.double(), first.weight.double(), shift)
        variance = torch.einsum("fi,ij,fj->f", matrix, covariance, matrix)
        scale, shift = norm.learning(torch.addmv(bias, matrix, mean), variance, num)
        matrix, shift = matrix * scale.unsqueeze(1), (bias * scale + shift).unsqueeze(1)
        matrix, shift = matrix.to(rows.dtype), shift.to(rows.dtype)
        for layer, norm in zip(layers, norms, strict=True):
            rows, sums = PairLayer.apply(  # type: ignore[no-untyped-call]
                rows, matrix, shift, layer.weight.to(dtype)
            )
            mean, square = sums / num
            scale, shift = norm.learning(mean + layer.bias, square - mean.square(), num)
            # The layer's bias has no effect, as published: the mean takes it off again.
            shift = (shift + layer.bias * scale).unsqueeze(1).to(matrix.dtype)
            matrix = scale.unsqueeze(1).to(matrix.dtype)
        return mapped(rows, matrix, shift, matrix.dtype)


def _moments(rows: Float[Tensor, "4 pair"]) -> tuple[Float[Tensor, " 4"], Float[Tensor, "4 4"]]:
    """Give mean and covariance, in double precision."""
    mean = rows.double().mean(1)
    centred = rows - mean.unsqueeze(1)
    return mean, centred @ centred.T / rows.shape[1]
