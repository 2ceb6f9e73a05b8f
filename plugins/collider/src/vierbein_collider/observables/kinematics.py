"""Transverse momenta and angles of particles around their jet, in double precision."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import segment_sum, slots


class Cloud(NamedTuple):
    """A jet's particles in the transverse plane.

    Parameters
    ----------
    pt
        Transverse momenta in GeV.
    deta
        Pseudorapidities from the jet's.
    dphi
        Azimuths from the jet's, in [-pi, pi).
    """

    pt: Float[Tensor, " particle"]
    deta: Float[Tensor, " particle"]
    dphi: Float[Tensor, " particle"]


def jet_p4(events: EventBatch) -> Float[Tensor, "event 4"]:
    """Sum the four-momenta of the particles that are kept, in GeV."""
    p4 = events.p4.double()
    return torch.stack([segment_sum(p4[:, i], events.offsets) for i in range(4)], dim=1)


def jet_cloud(events: EventBatch) -> Cloud:
    """Give the particles relative to the axis of their sum."""
    event, _ = slots(events.offsets)
    pt, eta, phi = _pt_eta_phi(events.p4.double())
    _, jet_eta, jet_phi = _pt_eta_phi(jet_p4(events))
    dphi = torch.remainder(phi - jet_phi[event] + torch.pi, 2 * torch.pi) - torch.pi
    return Cloud(pt, eta - jet_eta[event], dphi)


def pt_fractions(cloud: Cloud, events: EventBatch) -> Float[Tensor, " particle"]:
    """Divide each pT by the scalar sum in its event."""
    event, _ = slots(events.offsets)
    return cloud.pt / segment_sum(cloud.pt, events.offsets).clamp(min=_TINY)[event]


_TINY = 1e-12


def _pt_eta_phi(p4: Float[Tensor, "row 4"]) -> tuple[Tensor, Tensor, Tensor]:
    pt = torch.hypot(p4[:, 1], p4[:, 2])
    return pt, torch.arcsinh(p4[:, 3] / pt.clamp(min=_TINY)), torch.atan2(p4[:, 2], p4[:, 1])
