"""Interaction features of pairs of particles, as the published Particle Transformer has them."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

FLOOR = 1e-8
"""Least value whose logarithm is taken; momenta are in GeV."""


def interactions(p4: Float[Tensor, "event slot 4"]) -> Float[Tensor, "4 event slot slot"]:
    """Compute what the interaction features of pairs are the logarithms of.

    They are k_T = min(pT) Delta R in GeV, z = min(pT) / (sum of pT), Delta R in rapidity and
    azimuth, and m2 in GeV^2 [1]_, not below `FLOOR`; step by step as the published network computes
    them, rounding of m2 included, because that is what its parameters were trained on.

    Parameters
    ----------
    p4
        Four-momenta (E, px, py, pz) in GeV.

    Returns
    -------
    Tensor
        Rows k_T, z, Delta R, m2.

    References
    ----------
    .. [1] H. Qu, C. Li, S. Qian, arXiv:2202.03772, equation 3.
    """
    energy, px, py, pz = p4.unbind(-1)
    pt = (px.square() + py.square()).sqrt()
    # Along the beam the logarithm's argument may round to zero.
    ratio = 1 + 2 * pz / (energy - pz).clamp(min=1e-20)
    rapidity, azimuth = 0.5 * ratio.clamp(min=1e-20).log(), torch.atan2(py, px)

    # In place wherever it can be: what a pair costs is memory traffic.
    angle = (azimuth.unsqueeze(2) - azimuth.unsqueeze(1)).add_(math.pi)
    angle = angle.remainder_(2 * math.pi).sub_(math.pi).square_()
    angle.add_((rapidity.unsqueeze(2) - rapidity.unsqueeze(1)).square_()).sqrt_()
    smaller = torch.minimum(pt.unsqueeze(2), pt.unsqueeze(1))
    total = (pt.unsqueeze(2) + pt.unsqueeze(1)).clamp_(min=FLOOR)
    energy2, x2, y2, z2 = (
        (one.unsqueeze(2) + one.unsqueeze(1)).square_() for one in (energy, px, py, pz)
    )
    mass2 = energy2.sub_(x2.add_(y2).add_(z2))
    rows = torch.stack([smaller * angle, smaller.div_(total), angle, mass2])
    return rows.clamp_(min=FLOOR)
