"""Four-momenta as seen by the event itself: what they are does not depend on the laboratory."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import Padded

METRIC = (1.0, -1.0, -1.0, -1.0)
"""Signs of the squares of (E, px, py, pz)."""
OFF_SHELL: Final[Mapping[torch.dtype, float]] = MappingProxyType(
    {torch.float32: 5e-7, torch.float64: 1e-12}
)
"""Masses squared below this share of the energy squared are rounding, and count as zero."""
LEAST = 1e-30
"""What is divided by is no smaller, in GeV; exporters hold constants in single precision."""
LARGEST_BOOST = 1e5
"""Collinear massless particles have no rest frame; beyond this factor none is looked for."""


@dataclass(frozen=True)
class AtRest:
    """Particles in the frame in which their event's momentum is zero.

    Parameters
    ----------
    p4
        Four-momenta (E, px, py, pz) in GeV; their axes are the laboratory's.
    mass2
        Masses squared in GeV^2.
    """

    p4: Float[Tensor, "event slot 4"]
    mass2: Float[Tensor, "event slot"]


@torch.no_grad()
def at_rest(padded: Padded) -> AtRest:
    """Boost each event into its own rest frame, so that its invariants can be computed there.

    In the laboratory the mass of a pair of collinear particles is a small difference of large
    energies, which single precision does not hold. Here everything is computed in double precision
    and in light-cone components along the event's momentum, in which nothing large is subtracted.
    An event without mass is boosted as far as it goes: invariants are the same in every frame.

    Parameters
    ----------
    padded
        Any batch; a particle's mass is taken from its energy and momentum.

    Returns
    -------
    AtRest
        In the precision of the events; zero in empty slots.
    """
    dtype = padded.p4.dtype
    p4 = padded.p4.double().masked_fill(~padded.mask.unsqueeze(-1), 0.0)
    energy, momentum = p4[..., 0], p4[..., 1:]
    momentum2 = momentum.square().sum(-1)
    mass2 = energy.square() - momentum2
    mass2 = torch.where(mass2.abs() > OFF_SHELL[dtype] * energy.square(), mass2, 0.0)
    energy = (momentum2 + mass2).clamp(min=0.0).sqrt()

    axis = torch.nn.functional.normalize(momentum.sum(1, keepdim=True), dim=-1)
    along = (momentum * axis).sum(-1)
    across = momentum - along.unsqueeze(-1) * axis
    # The larger of E + p and E - p as it is, the smaller from their product.
    large = energy + along.abs()
    small = (mass2 + across.square().sum(-1)) / large.clamp(min=LEAST)
    forward = torch.where(along < 0, small, large)
    backward = torch.where(along < 0, large, small)
    ratio = forward.sum(1, keepdim=True) / backward.sum(1, keepdim=True).clamp(min=LEAST)
    boost = ratio.clamp(LARGEST_BOOST**-2, LARGEST_BOOST**2).sqrt()
    forward, backward = forward / boost, backward * boost
    momentum = across + (0.5 * (forward - backward)).unsqueeze(-1) * axis
    rest = torch.cat([(0.5 * (forward + backward)).unsqueeze(-1), momentum], dim=-1)
    return AtRest(rest.to(dtype), mass2.to(dtype))


def products(
    p4: Float[Tensor, "event slot 4"], mass2: Float[Tensor, "event slot"]
) -> Float[Tensor, "event slot slot"]:
    """Compute all products of four-momenta of an event, from differences of velocities.

    For collinear particles nothing cancels: E1 E2 - p1 p2 is written as
    (E1 E2 |v1 - v2|^2 + m1^2 E2 / E1 + m2^2 E1 / E2) / 2.

    Parameters
    ----------
    p4
        Four-momenta (E, px, py, pz) in GeV.
    mass2
        Masses squared in GeV^2.

    Returns
    -------
    Tensor
        In GeV^2, metric (+,-,-,-).

    Examples
    --------
    >>> p4 = torch.tensor([[[5.0, 3.0, 0.0, 4.0], [5.0, 0.0, 0.0, 3.0]]])
    >>> products(p4, torch.tensor([[0.0, 16.0]])).round(decimals=3).tolist()
    [[[0.0, 13.0], [13.0, 16.0]]]
    """
    energy = p4[..., 0].clamp(min=torch.finfo(p4.dtype).tiny ** 0.25)
    velocity = p4[..., 1:] / energy.unsqueeze(-1)
    apart2 = (velocity.unsqueeze(2) - velocity.unsqueeze(1)).square().sum(-1)
    gamma2 = mass2 / energy.square()
    both = apart2 + gamma2.unsqueeze(2) + gamma2.unsqueeze(1)
    return 0.5 * both * energy.unsqueeze(2) * energy.unsqueeze(1)


def psi(values: Tensor) -> Tensor:
    """Squeeze a product in GeV^2: sign(z) log(1 + |z|), arXiv:2201.08187."""
    return values.sign() * torch.log1p(values.abs())
