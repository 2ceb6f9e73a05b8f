"""What a student reads of each particle, each number in a unit of its own.

The units are such that a grid of sixteenths from -8 to 8 holds jets of a TeV.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

import torch
from jaxtyping import Float
from torch import Tensor

from vierbein_compression.leading import Leading

InputsName = Literal["plain", "lorentz"]
Vectors = Float[Tensor, "event slot 4"]
One = Float[Tensor, "event 1 4"]

ANGLE: Final = 0.1
"""Unit of differences in rapidity, and in azimuth (rad)."""
_LEAST: Final = 1e-12

NUM_FEATURES: Final = 3


class Inputs(ABC):
    """A few numbers a particle, from four-momenta alone."""

    symmetries: frozenset[str]
    """Of the numbers, for the particles that are chosen by transverse momentum."""

    @abstractmethod
    def of(self, given: Leading) -> Float[Tensor, "event particle 3"]:
        """Compute them, in empty slots too; a real particle's may be zeros."""


class Plain(Inputs):
    """Transverse momentum, and place with respect to the jet's axis.

    ln(1 + pT/GeV), (y - y_jet)/0.1 and (phi - phi_jet)/0.1 rad, where y is the rapidity and
    differences of azimuth lie between -pi and pi. The axis is that of the sum of all particles.
    """

    symmetries = frozenset({"permutation", "azimuth"})

    def of(self, given: Leading) -> Float[Tensor, "event particle 3"]:
        """Compute them."""
        _, px, py, _ = given.p4.unbind(-1)
        _, jx, jy, _ = given.jet.unbind(-1)
        size = torch.hypot(jx, jy).clamp(min=_LEAST)
        jx, jy = jx / size, jy / size
        apart = torch.atan2(jx * py - jy * px, jx * px + jy * py)
        y, y_jet = _rapidity(given.p4), _rapidity(given.jet)
        pt = torch.hypot(px, py)
        return torch.stack([pt.log1p(), (y - y_jet) / ANGLE, apart / ANGLE], dim=-1)


class Lorentz(Inputs):
    """Invariant masses: ln(1 + m/GeV), where m^2 = 2 p.q is that of two massless particles.

    The particle's p with the jet's q, with that of the hardest particle, and with that of the
    second; of what is missing the number is zero. What is chosen, and called the hardest, depends
    on transverse momenta: no more is claimed than they grant.
    """

    symmetries = frozenset({"permutation", "azimuth"})

    def of(self, given: Leading) -> Float[Tensor, "event particle 3"]:
        """Compute them."""
        p4 = given.p4
        hardest = torch.where(given.mask[..., None], p4, 0.0)
        none = torch.zeros_like(given.jet)
        second = hardest[:, 1:2] if p4.shape[1] > 1 else none
        others = (given.jet, hardest[:, :1], second)
        return torch.stack([_mass(p4, q, given.jet) for q in others], dim=-1).log1p()


INPUTS: Final[Mapping[InputsName, Inputs]] = MappingProxyType(
    {"plain": Plain(), "lorentz": Lorentz()}
)


def _mass(p: Vectors, q: One, jet: One) -> Float[Tensor, "event particle"]:
    """Give the root of 2 p.q in GeV; the jet's energy keeps products from overflow."""
    scale = jet[..., 0].clamp(min=1.0)
    a, b = p / scale[..., None], q / scale[..., None]
    product = a[..., 0] * b[..., 0] - (a[..., 1:] * b[..., 1:]).sum(-1)
    return scale * (2 * product).clamp(min=_LEAST**2).sqrt()


def _rapidity(p4: Vectors) -> Float[Tensor, "event slot"]:
    """Give the rapidity, by no difference of large squares; pseudorapidity bounds it."""
    energy, px, py, pz = p4.unbind(-1)
    ends = [(energy + sign * pz.abs()).clamp(min=_LEAST).sqrt() for sign in (-1, 1)]
    transverse = torch.maximum(ends[0] * ends[1], torch.hypot(px, py)).clamp(min=_LEAST)
    return torch.asinh(pz / transverse)
