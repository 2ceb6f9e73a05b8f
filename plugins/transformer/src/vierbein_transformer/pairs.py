"""Interaction features of pairs of particles, and the network that makes attention bias of them."""

import math
from collections.abc import Callable
from itertools import pairwise

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

PT_FLOOR = 1e-3
"""Least transverse momentum, in GeV."""
ANGLE_FLOOR = 1e-3
"""Least Delta R of a pair; a particle has it with itself."""
MASS_FLOOR = 1e-2
"""Least invariant mass of a pair, in GeV."""

STANDARD = {
    "ln Delta R": (-1.0, 1.0),
    "ln k_T": (-0.5, 1.0),
    "ln z": (-2.0, 1.0),
    "ln m2": (0.5, 2.0),
}
"""Mean and standard deviation, with k_T in GeV and m2 in GeV^2: near those of jets of some hundred
GeV, but constants, so that a pair means the same in every detector."""

MASKED = -1e4
"""Attention logit of an empty slot: its softmax is zero exactly, in half precision too."""


@torch.no_grad()
def pair_logarithms(
    p4: Float[Tensor, "event slot 4"],
) -> Float[Tensor, "row event slot slot"]:
    """Compute the logarithms in which the interaction features of pairs are linear.

    They are finite for empty slots, massless particles and a particle with itself, and carry no
    gradient.

    Parameters
    ----------
    p4
        Four-momenta (E, px, py, pz) in GeV.

    Returns
    -------
    Tensor
        Rows 1, ln Delta R^2, ln min(pT), ln(sum of pT), ln m2; Delta R in rapidity and azimuth.
    """
    energy, px, py, pz = p4.to(torch.promote_types(p4.dtype, torch.float32)).unbind(-1)
    pt2 = (px.square() + py.square()).clamp(min=PT_FLOOR**2)
    momentum2 = pt2 + pz.square()
    # What rounding alone can make of a massless particle is taken off.
    rounding = 4 * torch.finfo(energy.dtype).eps
    mass2 = ((1 - rounding) * energy.square() - momentum2).clamp(min=0.0)
    energy = (momentum2 + mass2).sqrt()
    rapidity, azimuth = torch.asinh(pz * (pt2 + mass2).rsqrt()), torch.atan2(py, px)

    # In place wherever it can be: what a pair costs is memory traffic.
    turn = _pairs(torch.sub, azimuth).abs_()
    turn = torch.minimum(turn, 2 * math.pi - turn)
    angle2 = _pairs(torch.sub, rapidity).square_().addcmul_(turn, turn)
    # From differences of velocities: E^2 - p^2 of a collinear pair would be mere rounding noise.
    pair_mass2, vy, vz = (_pairs(torch.sub, momentum / energy) for momentum in (px, py, pz))
    pair_mass2.square_().addcmul_(vy, vy).addcmul_(vz, vz).mul_(_pairs(torch.mul, energy))
    pair_mass2.addcmul_(_pairs(torch.add, energy), _pairs(torch.add, mass2 / energy))
    pt = pt2.sqrt()
    rows = (
        angle2.clamp_(min=ANGLE_FLOOR**2),
        _pairs(torch.minimum, pt),
        _pairs(torch.add, pt),
        pair_mass2.clamp_(min=MASS_FLOOR**2),
    )
    return torch.stack([torch.ones_like(angle2), *(row.log_() for row in rows)])


def _pairs(
    function: Callable[[Tensor, Tensor], Tensor], values: Float[Tensor, "event slot"]
) -> Float[Tensor, "event slot slot"]:
    return function(values.unsqueeze(2), values.unsqueeze(1))


def interaction_features() -> Float[Tensor, "4 5"]:
    """Give the matrix from the rows of `pair_logarithms` to the standardised interaction features.

    References
    ----------
    .. [1] H. Qu, C. Li, S. Qian, arXiv:2202.03772, equation 3.
    """
    rows = torch.tensor(
        [
            [0.0, 0.5, 0.0, 0.0, 0.0],  # ln Delta R
            [0.0, 0.5, 1.0, 0.0, 0.0],  # k_T = min(pT) Delta R
            [0.0, 0.0, 1.0, -1.0, 0.0],  # z = min(pT) / (sum of pT)
            [0.0, 0.0, 0.0, 0.0, 1.0],  # ln m2
        ],
        dtype=torch.float64,
    )
    mean, std = torch.tensor([*STANDARD.values()], dtype=torch.float64).T
    rows[:, 0] = -mean
    rows /= std.unsqueeze(1)
    return rows


class PairLinear(nn.Linear):
    """A linear layer for features that stand first and pairs last: one long product."""

    def forward(self, rows: Float[Tensor, "in_feature pair"]) -> Float[Tensor, "out_feature pair"]:
        """Apply it."""
        if self.bias is None:
            return self.weight @ rows
        return torch.addmm(self.bias.unsqueeze(1), self.weight, rows)


class PairNetwork(nn.Module):
    """Interaction features of each pair -> a bias of its attention logit in each head.

    It has no last bias: a constant added to all logits cannot change attention.

    Parameters
    ----------
    num_heads
        Attention heads.
    width
        Width of the hidden layers.
    num_layers
        Hidden layers.
    """

    interaction: Tensor

    def __init__(self, num_heads: int, width: int, num_layers: int) -> None:
        super().__init__()
        matrix = interaction_features().to(torch.get_default_dtype())
        self.register_buffer("interaction", matrix, persistent=False)
        widths = [len(matrix), *[width] * num_layers]
        layers = [PairLinear(a, b) for a, b in pairwise(widths)]
        self.first, *others = *layers, PairLinear(widths[-1], num_heads, bias=False)
        self.others = nn.Sequential(*(part for layer in others for part in (nn.GELU(), layer)))

    def forward(
        self, p4: Float[Tensor, "event slot 4"], mask: Bool[Tensor, "event slot"]
    ) -> Float[Tensor, "head event slot slot"]:
        """Compute the bias, that of empty slots included."""
        logarithms = pair_logarithms(p4).to(self.interaction.dtype)
        # Standardising is linear, and so is part of the first layer.
        matrix = self.first.weight @ self.interaction
        if self.first.bias is not None:
            matrix = matrix + functional.pad(self.first.bias.unsqueeze(1), (0, len(logarithms) - 1))
        logits: Tensor = self.others(matrix @ logarithms.flatten(1)).view(-1, *logarithms.shape[1:])
        return logits + (~mask).to(logits.dtype).mul(MASKED).unsqueeze(1)
