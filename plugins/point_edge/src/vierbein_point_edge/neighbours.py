"""Nearest neighbours in pseudorapidity and azimuth, and the physics of pairs."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

PT_FLOOR = 1e-3
"""Least transverse momentum, in GeV."""
ANGLE_FLOOR = 1e-3
"""Least Delta R of a pair."""
MASS_FLOOR = 1e-2
"""Least invariant mass of a pair, in GeV."""

STANDARD = {
    "Delta eta / Delta R": (0.0, 0.7),
    "Delta phi / Delta R": (0.0, 0.7),
    "ln Delta R": (-2.0, 1.5),
    "ln k_T": (-2.0, 2.0),
    "ln z": (-2.5, 2.5),
    "ln m2": (-2.0, 2.5),
}
"""Mean and standard deviation of each edge feature, with k_T in GeV and m2 in GeV^2: near those of
the ten nearest neighbours in jets of some hundred GeV, but constants, so that a pair means the same
in every detector."""


class Edges(NamedTuple):
    """What leads from each particle to its nearest neighbours.

    Parameters
    ----------
    neighbour
        Their slots; slot 0, with no weight, where there are fewer.
    weight
        Falls from the nearest to none at the first particle beyond the last neighbour, so that
        nothing jumps when two change places; sums to one, or to zero without neighbours.
    features
        Of each pair, standardised.
    """

    neighbour: Int[Tensor, "event slot neighbour"]
    weight: Float[Tensor, "event slot neighbour"]
    features: Float[Tensor, "event slot neighbour edge"]


@torch.no_grad()
def nearest(p4: Float[Tensor, "event slot 4"], mask: Bool[Tensor, "event slot"], num: int) -> Edges:
    """Find the nearest neighbours of each particle.

    An event may have any number of particles, and azimuth is a circle. Nothing depends on the
    order of particles, even where several are equally far.

    Parameters
    ----------
    p4
        Four-momenta (E, px, py, pz) in GeV.
    mask
        True where a slot holds a real particle.
    num
        Neighbours of each, if there are as many.

    Returns
    -------
    Edges
        Without gradients.

    References
    ----------
    .. [1] V. Mikuni, B. Nachman, arXiv:2404.16091, the local neighbourhood.
    .. [2] W. Bhimji et al., arXiv:2510.24066, whose pairs have the features of [3]_.
    .. [3] H. Qu, C. Li, S. Qian, arXiv:2202.03772, equation 3.
    """
    columns = kinematics(p4)
    eta, phi = columns[..., 0], columns[..., 1]
    across = eta.unsqueeze(2) - eta.unsqueeze(1)
    around = (phi.unsqueeze(2) - phi.unsqueeze(1)).abs()
    around = torch.minimum(around, 2 * math.pi - around)
    slot = torch.arange(p4.shape[1], device=p4.device)
    is_other = mask.unsqueeze(1) & (slot.unsqueeze(1) != slot)
    distance2 = (across.square_() + around.square_()).masked_fill_(~is_other, math.inf)
    # More columns than slots, so that there are always enough to choose from.
    padded = torch.nn.functional.pad(distance2, (0, num + 1), value=math.inf)
    found, at = padded.topk(num + 1, dim=-1, largest=False)
    near, beyond = found[..., :num], found[..., num:]
    weight = (beyond - near) / beyond.clamp(min=torch.finfo(near.dtype).tiny)
    weight = weight.masked_fill(beyond == math.inf, 1.0).masked_fill(near == math.inf, 0.0)
    weight = weight / weight.sum(-1, keepdim=True).clamp(min=torch.finfo(near.dtype).tiny)
    neighbour = at[..., :num].masked_fill(near == math.inf, 0)
    return Edges(neighbour, weight, edge_features(columns, neighbour))


def edge_features(
    columns: Float[Tensor, "event slot 6"], neighbour: Int[Tensor, "event slot neighbour"]
) -> Float[Tensor, "event slot neighbour edge"]:
    """Compute the features of pairs, standardised, in the order of `STANDARD`.

    Parameters
    ----------
    columns
        Of each particle: eta, phi, rapidity, pT and mT in GeV, m2 in GeV^2.
    neighbour
        Slots of each particle's neighbours.

    Returns
    -------
    Tensor
        Finite for particles at rest, without mass or at one place.
    """
    eta, phi, rapidity, pt, mt, mass2 = columns.unsqueeze(2).unbind(-1)
    others = gather(columns, neighbour).unbind(-1)
    across = others[0] - eta
    around = torch.remainder(others[1] - phi + math.pi, 2 * math.pi) - math.pi
    angle = (across.square() + around.square()).sqrt().clamp(min=ANGLE_FLOOR)
    soft, hard = torch.minimum(pt, others[3]), torch.maximum(pt, others[3])
    # From terms that are all positive: E^2 - p^2 of a collinear pair would be rounding noise.
    long, tran = mt * others[4], pt * others[3]
    masses = mass2 * others[3].square() + others[5] * pt.square() + mass2 * others[5]
    pair_mass2 = mass2 + others[5] + 2 * masses / (long + tran)
    pair_mass2 += 4 * long * torch.sinh((others[2] - rapidity) / 2).square()
    pair_mass2 += 4 * tran * torch.sin(around / 2).square()
    rows = (
        across / angle,
        around / angle,
        angle.log(),
        (soft * angle).log(),
        (soft / (soft + hard)).log(),
        pair_mass2.clamp(min=MASS_FLOOR**2).log(),
    )
    mean, std = columns.new_tensor([*STANDARD.values()]).T
    standard: Tensor = (torch.stack(rows, dim=-1) - mean) / std
    return standard


def gather(
    values: Float[Tensor, "event slot width"], neighbour: Int[Tensor, "event slot neighbour"]
) -> Float[Tensor, "event slot neighbour width"]:
    """Give each particle the values of its neighbours."""
    num_events, num_slots, width = values.shape
    at = neighbour.reshape(num_events, -1, 1).expand(-1, -1, width)
    taken: Tensor = values.gather(1, at).view(num_events, num_slots, -1, width)
    return taken


def kinematics(p4: Float[Tensor, "*shape 4"]) -> Float[Tensor, "*shape 6"]:
    """Give eta, phi, rapidity, pT and mT in GeV, m2 in GeV^2; finite for any particle."""
    energy, px, py, pz = p4.to(torch.promote_types(p4.dtype, torch.float32)).unbind(-1)
    pt2 = (px.square() + py.square()).clamp(min=PT_FLOOR**2)
    # What rounding alone can make of a massless particle is taken off.
    rounding = 4 * torch.finfo(energy.dtype).eps
    mass2 = ((1 - rounding) * energy.square() - pt2 - pz.square()).clamp(min=0.0)
    pt, mt = pt2.sqrt(), (pt2 + mass2).sqrt()
    rows = (torch.asinh(pz / pt), torch.atan2(py, px), torch.asinh(pz / mt), pt, mt, mass2)
    return torch.stack(rows, dim=-1)
