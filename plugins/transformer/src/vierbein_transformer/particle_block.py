"""Attention between particles, biased by their pairs."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Feedforward(nn.Sequential):
    """Two layers that every particle passes alone.

    Parameters
    ----------
    width
        Of input and output.
    expansion
        Width of the hidden layer over `width`.
    inner_norms
        Whether the hidden layer is normalised.
    """

    def __init__(self, width: int, expansion: int, *, inner_norms: bool) -> None:
        super().__init__(
            nn.LayerNorm(width),
            nn.Linear(width, expansion * width),
            nn.GELU(),
            nn.LayerNorm(expansion * width) if inner_norms else nn.Identity(),
            nn.Linear(expansion * width, width),
        )


def attend(
    qkv: Float[Tensor, "event slot three_widths"],
    bias: Float[Tensor, "head event slot slot"],
    num_heads: int,
    dropout: float = 0.0,
) -> Float[Tensor, "event slot width"]:
    """Let every particle of an event attend to every other.

    Parameters
    ----------
    qkv
        Queries, keys and values side by side, each with the heads' parts side by side.
    bias
        Added to the attention logits.
    num_heads
        Heads that the width is divided among.
    dropout
        Probability of losing an attention.

    Returns
    -------
    Tensor
        The heads' answers side by side.
    """
    num_events, num_slots, _ = qkv.shape
    qkv = qkv.view(num_events, num_slots, 3, num_heads, -1)
    # Heads first, as the bias has them: then adding it is part of the product.
    q, k, v = qkv.permute(2, 3, 0, 1, 4).flatten(1, 2).unbind(0)
    logits = torch.baddbmm(bias.flatten(0, 1), q, k.transpose(1, 2), alpha=q.shape[-1] ** -0.5)
    attention = logits.softmax(-1)
    if dropout:
        attention = nn.functional.dropout(attention, dropout)
    values = (attention @ v).view(num_heads, num_events, num_slots, -1)
    return values.permute(1, 2, 0, 3).flatten(2)


class ParticleAttention(nn.Module):
    """Attention of every particle to every particle, with a bias from their pair.

    Parameters
    ----------
    width
        Of input and output.
    num_heads
        Heads that the width is divided among.
    inner_norms
        Whether the output is normalised.
    """

    def __init__(self, width: int, num_heads: int, *, inner_norms: bool) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.out_norm = nn.LayerNorm(width) if inner_norms else nn.Identity()

    def forward(
        self,
        x: Float[Tensor, "event slot width"],
        bias: Float[Tensor, "head event slot slot"],
    ) -> Float[Tensor, "event slot width"]:
        """Attend."""
        attended: Tensor = self.out(attend(self.qkv(self.norm(x)), bias, self.num_heads))
        normed: Tensor = self.out_norm(attended)
        return normed


class ParticleBlock(nn.Module):
    """Particle attention, then a feedforward network, each added to its input.

    Parameters
    ----------
    width
        Of input and output.
    num_heads
        Attention heads.
    expansion
        Width of the feedforward network's hidden layer over `width`.
    dropout
        Probability of losing a feature of what is added.
    inner_norms
        Whether there are normalisations inside both, too.
    """

    def __init__(
        self, width: int, num_heads: int, expansion: int, dropout: float, *, inner_norms: bool
    ) -> None:
        super().__init__()
        self.attention = ParticleAttention(width, num_heads, inner_norms=inner_norms)
        self.feedforward = Feedforward(width, expansion, inner_norms=inner_norms)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        x: Float[Tensor, "event slot width"],
        bias: Float[Tensor, "head event slot slot"],
    ) -> Float[Tensor, "event slot width"]:
        """Refine the particles."""
        x = x + self.dropout(self.attention(x, bias))
        refined: Tensor = x + self.dropout(self.feedforward(x))
        return refined
