"""The published pair network: interaction features of pairs -> bias of their attention logits."""

from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vierbein_transformer.feature_norm import FeatureNorm
from vierbein_transformer.pair_learning import CHUNK, NormalisedLayers
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

    def _fixed(
        self, rows: Float[Tensor, "4 pair"], dtype: torch.dtype
    ) -> Float[Tensor, "head pair"]:
        """Compute the last normalised products, with normalisations as part of the layers."""
        entry, *norms = self.norms
        scale, shift = entry.fixed()
        rows = rows * scale.unsqueeze(1) + shift.unsqueeze(1)
        affine = []
        for layer, norm in zip(self.layers, norms, strict=True):
            scale, shift = norm.fixed()
            matrix, bias = layer.weight * scale.unsqueeze(1), layer.bias * scale + shift
            affine.append((matrix.to(dtype), bias.to(dtype).unsqueeze(1)))
        (matrix, bias), *others = affine
        # A few pairs at a time, so that hidden layers stay in the cache; exporters see one piece.
        is_traced = torch.compiler.is_compiling()
        products = []
        for piece in [rows] if is_traced else rows.split(CHUNK, dim=1):
            hidden = torch.addmm(bias, matrix, piece.to(dtype))
            for other, other_bias in others:
                hidden = torch.addmm(other_bias, other, functional.gelu(hidden))
            products.append(hidden.to(rows.dtype))
        return products[0] if is_traced else torch.cat(products, dim=1)

    def _learning(
        self, rows: Float[Tensor, "4 pair"], dtype: torch.dtype
    ) -> Float[Tensor, "head pair"]:
        """Compute the last normalised products by the statistics of these pairs."""
        num = rows.shape[1]
        entry, norm, *norms = self.norms
        first, *layers = self.layers
        # What normalises the input and the first layer follows from the input's covariance alone.
        exact = rows.double()
        mean = exact.mean(1)
        covariance = (exact - mean.unsqueeze(1)) @ (exact - mean.unsqueeze(1)).T / num
        entry.observe(mean, covariance.diagonal(), num)
        scale, shift = entry.by(mean, covariance.diagonal())
        weight = first.weight.double()
        matrix = weight * scale
        spread = torch.einsum("fi,ij,fj->f", matrix, covariance, matrix)
        centre = torch.addmv(first.bias.double(), weight, shift + mean * scale)
        norm.observe(centre.detach(), spread.detach(), num)
        scale, shift = norm.by(matrix @ mean, spread)
        matrix, shift = (matrix * scale.unsqueeze(1)).to(rows.dtype), shift.to(rows.dtype)
        if not layers:
            return torch.addmm(shift.unsqueeze(1), matrix, rows)
        others = [
            each
            for layer, norm in zip(layers, norms, strict=True)
            for each in (layer.weight.to(dtype), norm.weight, norm.bias)
        ]
        products, *statistics = NormalisedLayers.apply(
            rows, matrix, shift.unsqueeze(1), norm.eps, *others
        )
        pairs = zip(layers, norms, statistics[::2], statistics[1::2], strict=True)
        for layer, norm, mean, variance in pairs:
            norm.observe(mean + layer.bias.detach(), variance, num)
        return products
