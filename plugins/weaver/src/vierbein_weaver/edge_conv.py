"""Edge convolution on packed particles, and the normalisation between its layers."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional


class ParticleNorm(nn.BatchNorm1d):
    """Batch normalisation over real particles or edges alone.

    Its running statistics stand in where there is but one row, and wherever a tuner has frozen its
    scale: a frozen backbone does not drift.
    """

    def forward(self, rows: Float[Tensor, "row width"]) -> Float[Tensor, "row width"]:
        """Normalise."""
        if self.training and self.weight.requires_grad and len(rows) > 1:
            return super().forward(rows)
        return functional.batch_norm(
            rows, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps
        )


def nearest(
    distance: Float[Tensor, "event slot slot"], mask: Bool[Tensor, "event slot"], num: int
) -> Int[Tensor, "particle num"]:
    """Find each particle's nearest others.

    Parameters
    ----------
    distance
        Between the particles of an event.
    mask
        True where a slot holds a real particle.
    num
        How many others.

    Returns
    -------
    Tensor
        Their rows among the packed particles; where an event has too few, the row after the last.
    """
    itself = torch.eye(mask.shape[1], dtype=torch.bool, device=mask.device)
    far = distance.masked_fill(~mask.unsqueeze(1) | itself, torch.inf)
    found, slot = functional.pad(far, (0, num), value=torch.inf).topk(num, largest=False)
    row = functional.pad(mask.flatten().cumsum(0).view(mask.shape) - 1, (0, num))
    rows = row.unsqueeze(1).expand(-1, mask.shape[1], -1).gather(2, slot)
    return torch.where(found.isfinite(), rows, mask.sum())[mask]


class EdgeConv(nn.Module):
    """What a particle and its nearest others are to each other, averaged, and a way around it.

    Parameters
    ----------
    width
        Of the input.
    widths
        Of the layers; the last is that of the output.

    References
    ----------
    .. [1] Y. Wang et al., arXiv:1801.07829.
    """

    def __init__(self, width: int, widths: Sequence[int]) -> None:
        super().__init__()
        before = (2 * width, *widths[:-1])
        self.convs = nn.ModuleList(
            nn.Linear(i, o, bias=False) for i, o in zip(before, widths, strict=True)
        )
        self.bns = nn.ModuleList(ParticleNorm(o) for o in widths)
        self.sc = nn.Linear(width, widths[-1], bias=False)
        self.sc_bn = ParticleNorm(widths[-1])

    def forward(
        self, x: Float[Tensor, "particle width"], others: Int[Tensor, "particle num"]
    ) -> Float[Tensor, "particle out"]:
        """Refine the particles; a missing other counts as one whose vector is zero."""
        # The first layer sees a particle and the differences of the others to it. Being linear, it
        # is done once a particle instead of once an edge.
        of_particle, of_difference = self.convs[0].weight.chunk(2, dim=1)  # type: ignore[operator]
        others_part = functional.pad(x @ of_difference.T, (0, 0, 0, 1))
        edges = (x @ (of_particle - of_difference).T).unsqueeze(1) + others_part[others]
        rows = self.bns[0](edges.flatten(0, 1)).relu_()
        for conv, bn in zip(self.convs[1:], self.bns[1:], strict=True):
            rows = bn(conv(rows)).relu_()
        mean = rows.unflatten(0, others.shape).mean(1)
        refined: Tensor = (self.sc_bn(self.sc(x)) + mean).relu()
        return refined
