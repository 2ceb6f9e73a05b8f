"""Attention of a class vector to the particles: one vector an event."""

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from vierbein_transformer.pairs import MASKED
from vierbein_transformer.particle_block import Feedforward


def summarise(
    query: Float[Tensor, "event head head_width"],
    key: Float[Tensor, "width width"],
    value: Float[Tensor, "width width"],
    rows: Float[Tensor, "event slot width"],
    bias: Float[Tensor, "event 1 slot"],
) -> Float[Tensor, "event width"]:
    """Let one query an event attend to its rows.

    With one query, projecting it back by the keys' parameters, and the attended mean on by the
    values', spares two products of every row.

    Parameters
    ----------
    query
        Of each head.
    key
        Makes keys of rows. A bias of theirs would add the same to all logits, and change nothing.
    value
        Makes values of rows, up to their bias.
    rows
        What is attended to.
    bias
        Added to the attention logits.

    Returns
    -------
    Tensor
        The heads' answers side by side.
    """
    num_heads, width = query.shape[1], rows.shape[-1]
    key, value = (matrix.view(num_heads, -1, width) for matrix in (key, value))
    probes = (query.transpose(0, 1) @ key).transpose(0, 1)
    logits = torch.baddbmm(bias, probes, rows.transpose(1, 2), alpha=query.shape[-1] ** -0.5)
    means = (logits.softmax(-1) @ rows).transpose(0, 1)
    return (means @ value.transpose(1, 2)).transpose(0, 1).flatten(1)


class ClassBlock(nn.Module):
    """Attention of a class vector to itself and all particles, then a feedforward network.

    Parameters
    ----------
    width
        Of class vector and particles.
    num_heads
        Attention heads.
    expansion
        Width of the feedforward network's hidden layer over `width`.
    inner_norms
        Whether there are normalisations inside both, too.
    """

    def __init__(self, width: int, num_heads: int, expansion: int, *, inner_norms: bool) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, width)
        # A bias of the keys would add the same to all logits, and change nothing.
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)
        self.out_norm = nn.LayerNorm(width) if inner_norms else nn.Identity()
        self.feedforward = Feedforward(width, expansion, inner_norms=inner_norms)

    def forward(
        self,
        vector: Float[Tensor, "event width"],
        x: Float[Tensor, "event slot width"],
        bias: Float[Tensor, "event 1 slot_and_one"],
    ) -> Float[Tensor, "event width"]:
        """Refine the class vector."""
        num_events = vector.shape[0]
        normed = self.norm(torch.cat([vector.unsqueeze(1), x], dim=1))
        query = self.query(normed[:, 0]).view(num_events, self.num_heads, -1)
        values = summarise(query, self.key.weight, self.value.weight, normed, bias)
        values = values + self.value.bias
        vector = vector + self.out_norm(self.out(values))
        refined: Tensor = vector + self.feedforward(vector)
        return refined


class Pooling(nn.Module):
    """A learned class vector, refined by class blocks.

    Parameters
    ----------
    width
        Of class vector and particles.
    make_block
        Makes a class block: (class vector, particles, bias of the logits) -> class vector.
    num_blocks
        Class blocks.
    """

    def __init__(self, width: int, make_block: Callable[[], nn.Module], num_blocks: int) -> None:
        super().__init__()
        self.vector = nn.Parameter(nn.init.trunc_normal_(torch.empty(width), std=0.02))
        self.blocks = nn.ModuleList(make_block() for _ in range(num_blocks))
        self.norm = nn.LayerNorm(width)

    def forward(
        self, x: Float[Tensor, "event slot width"], mask: Bool[Tensor, "event slot"]
    ) -> Float[Tensor, "event width"]:
        """Pool the particles; an event without any gives the class vector's own image."""
        bias = nn.functional.pad((~mask).to(x.dtype) * MASKED, (1, 0)).unsqueeze(1)
        vector = self.vector.expand(x.shape[0], -1)
        for block in self.blocks:
            vector = block(vector, x, bias)
        pooled: Tensor = self.norm(vector)
        return pooled
