"""Blocks with the published parameters: scales of heads and residuals, dropout inside."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vierbein_transformer.hidden_layer import HiddenLayer
from vierbein_transformer.particle_block import Feedforward
from vierbein_transformer.pooling import summarise
from vierbein_transformer.runs import Part, rows_of


class Refinement(nn.Module):
    """What follows attention: heads scaled, projected and added; then a feedforward network.

    Parameters
    ----------
    width
        Of input and output.
    num_heads
        Attention heads.
    expansion
        Width of the feedforward network's hidden layer over `width`.
    dropout
        Probability of losing a feature of what is added, or of the hidden layer.
    """

    def __init__(self, width: int, num_heads: int, expansion: int, dropout: float) -> None:
        super().__init__()
        self.out = nn.Linear(width, width)
        self.head_scale = nn.Parameter(torch.ones(num_heads))
        self.out_norm = nn.LayerNorm(width)
        self.feedforward = Feedforward(width, expansion, inner_norms=True)
        self.residual_scale = nn.Parameter(torch.ones(width))
        self.dropout = dropout

    def projection(self) -> tuple[Float[Tensor, "width width"], Float[Tensor, " width"]]:
        """Give matrix and bias of the attention's output, the heads' scales applied."""
        # A scale belongs to a part of the output, so to rows of the matrix.
        scale = self.head_scale.repeat_interleave(len(self.out.bias) // len(self.head_scale))
        return self.out.weight * scale.unsqueeze(1), self.out.bias * scale

    def forward(
        self,
        x: Float[Tensor, "*row width"],
        attended: Float[Tensor, "*row width"],
        projection: tuple[Float[Tensor, "width width"], Float[Tensor, " width"]],
    ) -> Float[Tensor, "*row width"]:
        """Refine vectors by what they attended to."""
        x = x + self._drop(self.out_norm(functional.linear(attended, *projection)))
        norm, first, activation, inner_norm, second = self.feedforward
        hidden = first(norm(x))
        if self.training:
            hidden = HiddenLayer.apply(  # type: ignore[no-untyped-call]
                hidden,
                inner_norm.weight,
                inner_norm.bias,
                second.weight,
                second.bias,
                inner_norm.eps,
                self.dropout,
            )
        else:
            hidden = second(inner_norm(activation(hidden)))
        refined: Tensor = torch.addcmul(self._drop(hidden), self.residual_scale, x)
        return refined

    def _drop(self, x: Float[Tensor, "*row width"]) -> Float[Tensor, "*row width"]:
        return functional.dropout(x, self.dropout, self.training) if self.dropout else x


class PackedBlock(nn.Module):
    """Attention between particles, then its refinement.

    Parameters
    ----------
    width
        Of input and output.
    num_heads
        Attention heads.
    expansion
        Width of the feedforward network's hidden layer over `width`.
    dropout
        Probability of losing an attention, a feature of what is added, or of the hidden layer.
    """

    def __init__(self, width: int, num_heads: int, expansion: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.refinement = Refinement(width, num_heads, expansion, dropout)

    def forward(
        self, x: Float[Tensor, "*row width"], parts: Sequence[Part]
    ) -> Float[Tensor, "*row width"]:
        """Refine the particles, part by part."""
        dropout = self.refinement.dropout if self.training else 0.0
        projection = self.refinement.projection()
        refined = []
        for part, rows in zip(parts, rows_of(parts, x), strict=True):
            attended = part.attend(self.qkv(self.norm(rows)), dropout)
            refined.append(self.refinement(rows, attended, projection))
        return torch.cat(refined) if len(refined) > 1 else refined[0]


class PublishedClassBlock(nn.Module):
    """Attention of a class vector to itself and all particles, then its refinement.

    As published, the query is made of the class vector itself, keys and values of what is
    normalised.

    Parameters
    ----------
    width
        Of class vector and particles.
    num_heads
        Attention heads.
    expansion
        Width of the feedforward network's hidden layer over `width`.
    """

    def __init__(self, width: int, num_heads: int, expansion: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.refinement = Refinement(width, num_heads, expansion, dropout=0.0)

    def forward(
        self,
        vector: Float[Tensor, "event width"],
        x: Float[Tensor, "event slot width"],
        bias: Float[Tensor, "event 1 slot_and_one"],
    ) -> Float[Tensor, "event width"]:
        """Refine the class vector."""
        query, key, value = self.qkv.weight.chunk(3)
        query_bias, _, value_bias = self.qkv.bias.chunk(3)
        rows = self.norm(torch.cat([vector.unsqueeze(1), x], dim=1))
        query = functional.linear(vector, query, query_bias).view(
            vector.shape[0], self.num_heads, -1
        )
        values = summarise(query, key, value, rows, bias) + value_bias
        refined: Tensor = self.refinement(vector, values, self.refinement.projection())
        return refined
