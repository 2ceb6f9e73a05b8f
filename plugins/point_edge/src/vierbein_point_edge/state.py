"""A particle as a point in a flat space, where a flow can carry it, and back."""

import torch
from jaxtyping import Float
from torch import Tensor

from vierbein_point_edge.neighbours import MASS_FLOOR, kinematics

NUM_KINEMATICS = 4
"""ln pT, eta, phi and ln(m + 10 MeV); a schema's features stand behind them."""


def from_p4(p4: Float[Tensor, "particle 4"]) -> Float[Tensor, "particle 4"]:
    """Give the logarithm of pT in GeV, eta, phi, and that of the mass and a floor of 10 MeV."""
    eta, phi, _, pt, _, mass2 = kinematics(p4).unbind(-1)
    return torch.stack([pt.log(), eta, phi, (mass2.sqrt() + MASS_FLOOR).log()], dim=-1)


def to_p4(point: Float[Tensor, "*shape 4"]) -> Float[Tensor, "*shape 4"]:
    """Give the four-momentum in GeV; masses below the floor are zero."""
    log_pt, eta, phi, log_mass = point.unbind(-1)
    pt, mass = log_pt.exp(), (log_mass.exp() - MASS_FLOOR).clamp(min=0.0)
    px, py, pz = pt * phi.cos(), pt * phi.sin(), pt * eta.sinh()
    energy = ((pt * eta.cosh()).square() + mass.square()).sqrt()
    return torch.stack([energy, px, py, pz], dim=-1)
