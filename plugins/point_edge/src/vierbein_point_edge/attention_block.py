"""Attention among tokens and particles."""

from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional


class AttentionBlock(nn.Module):
    """Attention, then a feedforward network, each added to its input.

    Parameters
    ----------
    width
        Of input and output.
    num_heads
        Attention heads; they divide the width.
    expansion
        Width of the feedforward network's hidden layer over `width`.
    dropout
        Probability of losing a feature of what is added.
    """

    def __init__(self, width: int, num_heads: int, expansion: int, dropout: float) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.feedforward = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, expansion * width),
            nn.GELU(),
            nn.Linear(expansion * width, width),
        )
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Float[Tensor, "event place width"], is_there: Bool[Tensor, "event 1 1 place"]
    ) -> Float[Tensor, "event place width"]:
        """Let all places attend to those that hold a token or a particle."""
        num_events, num_places, width = x.shape
        heads = (num_events, num_places, 3, self.num_heads, width // self.num_heads)
        q, k, v = self.qkv(self.norm(x)).view(heads).permute(2, 0, 3, 1, 4).unbind(0)
        attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=is_there)
        x = x + self.dropout(self.out(attended.transpose(1, 2).flatten(2)))
        refined: Tensor = x + self.dropout(self.feedforward(x))
        return refined
