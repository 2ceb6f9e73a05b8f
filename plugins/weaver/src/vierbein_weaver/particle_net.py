"""The ParticleNet backbone."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.published import PublishedNames
from vierbein_weaver.edge_conv import EdgeConv, ParticleNorm, nearest

_TINY = 1e-8


class ParticleNet(Backbone):
    """Edge convolutions: first among neighbours in angle, then in what was learned before.

    The published network [1]_ of the JetClass checkpoints [2]_, in our own words: packed particles,
    any number of them, each parameter under its published name. Angles are those of four-momenta,
    so that they are never standardised. Per-event features are not used.

    Parameters
    ----------
    schema
        The features that it is given.
    num_neighbours
        Others that each particle sees.
    widths
        Of the edge convolutions, three layers each; the last is that of the representation.
    clip
        Largest size of a standardised feature; larger ones are cut.
    dropout
        Probability of losing a number of the pooled vector.

    References
    ----------
    .. [1] H. Qu, L. Gouskos, arXiv:1902.08570.
    .. [2] H. Qu, C. Li, S. Qian, arXiv:2202.03772.
    """

    def __init__(
        self,
        schema: FeatureSchema,
        *,
        num_neighbours: int = 16,
        widths: Sequence[int] = (64, 128, 256),
        clip: float = 5.0,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.schema = schema
        self.width = widths[-1]
        self.num_neighbours = num_neighbours
        self.clip = clip
        before = (len(schema.features), *widths[:-1])
        self.bn_fts = ParticleNorm(before[0])
        self.edge_convs = nn.ModuleList(
            EdgeConv(i, [o] * 3) for i, o in zip(before, widths, strict=True)
        )
        self.fc = nn.Sequential(nn.Linear(self.width, self.width), nn.ReLU(), nn.Dropout(dropout))

    def forward(self, events: EventBatch) -> Representation:
        """Represent a batch."""
        padded, mask = events.padded, events.padded.mask
        x = self.bn_fts(padded.features[mask].clamp(-self.clip, self.clip))
        others = self._nearest(_angles(padded.p4), mask)
        for index, conv in enumerate(self.edge_convs):
            if index:
                block = _spread(x.detach(), mask)
                others = self._nearest(torch.cdist(block, block), mask)
            x = conv(x, others)
        particles = _spread(x, mask)
        num = mask.sum(1, keepdim=True).clamp(min=1)
        return Representation(self.fc(particles.sum(1) / num), particles, mask)

    def blocks(self) -> Sequence[nn.Module]:
        """Give the first normalisation, the edge convolutions and the layer after pooling."""
        return [self.bn_fts, *self.edge_convs, self.fc]

    def published_names(self) -> PublishedNames:
        """Give weaver's names: ours, but for the layers after pooling."""
        names = {name: name.replace("fc.0.", "fc.0.0.") for name in self.state_dict()}
        head = {f"linear.{name}": f"fc.1.{name}" for name in ("weight", "bias")}
        return PublishedNames(names, head, spelling=[(r"^mod\.", "")])

    def _nearest(
        self, distance: Float[Tensor, "event slot slot"], mask: Bool[Tensor, "event slot"]
    ) -> Int[Tensor, "particle num"]:
        return nearest(distance, mask, self.num_neighbours)


def _angles(p4: Float[Tensor, "event slot 4"]) -> Float[Tensor, "event slot slot"]:
    """Give the squared distances in pseudorapidity and azimuth, which is a circle."""
    _, px, py, pz = p4.unbind(-1)
    eta, phi = torch.asinh(pz / torch.hypot(px, py).clamp(min=_TINY)), torch.atan2(py, px)
    turn = phi.unsqueeze(2) - phi.unsqueeze(1)
    turn = torch.remainder(turn + math.pi, 2 * math.pi) - math.pi
    return (eta.unsqueeze(2) - eta.unsqueeze(1)).square() + turn.square()


def _spread(
    x: Float[Tensor, "particle width"], mask: Bool[Tensor, "event slot"]
) -> Float[Tensor, "event slot width"]:
    """Put packed rows back into their slots."""
    return x.new_zeros(*mask.shape, x.shape[1]).masked_scatter(mask.unsqueeze(-1), x)
