"""Edges to near particles, pooled back to the particle that they start from."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vierbein_point_edge.neighbours import STANDARD, Edges, gather


class LocalBlock(nn.Module):
    """A network on each particle, its neighbour and the physics of both; the mean is added.

    Parameters
    ----------
    width
        Of input and output.
    edge_width
        Width of the hidden layers on edges.

    References
    ----------
    .. [1] Y. Wang et al., "Dynamic Graph CNN for Learning on Point Clouds", arXiv:1801.07829.
    """

    def __init__(self, width: int, edge_width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        # The first layer is linear, so particles pass their part of it before they are paired.
        self.own = nn.Linear(width, edge_width)
        self.neighbour = nn.Linear(width, edge_width, bias=False)
        self.pair = nn.Linear(len(STANDARD), edge_width, bias=False)
        self.hidden = nn.Linear(edge_width, edge_width)
        # The last layer is linear as well, so it comes after the mean.
        self.out = nn.Linear(edge_width, width)

    def forward(
        self, x: Float[Tensor, "event slot width"], edges: Edges
    ) -> Float[Tensor, "event slot width"]:
        """Tell each particle of its surroundings."""
        normed = self.norm(x)
        hidden = gather(self.neighbour(normed), edges.neighbour)
        hidden = hidden + self.pair(edges.features.to(x.dtype)) + self.own(normed).unsqueeze(2)
        hidden = functional.gelu(self.hidden(functional.gelu(hidden)))
        mean = torch.matmul(edges.weight.to(hidden.dtype).unsqueeze(2), hidden).squeeze(2)
        refined: Tensor = x + self.out(mean)
        return refined
