"""Energy correlation functions of two and three particles.

References
----------
.. [1] A. Larkoski, G. Salam, J. Thaler, arXiv:1305.0007.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import scatter
from vierbein_collider.observables.kinematics import jet_cloud, pt_fractions

_CHUNK = 256
"""Events at a time: the pairs of a chunk are in memory together."""


def correlators(events: EventBatch) -> tuple[Float[Tensor, " event"], Float[Tensor, " event"]]:
    """Give e2 and e3 [1]_ with an angular exponent of 1.

    With ``A_ij = sqrt(z_i z_j) R_ij``, e2 is half the sum of ``sqrt(z_i z_j) A_ij`` and e3 a sixth
    of the trace of A cubed.
    """
    cloud = jet_cloud(events)
    columns = torch.stack([pt_fractions(cloud, events), cloud.deta, cloud.dphi], dim=1)
    block, _ = scatter(columns, events.offsets)
    parts = [_of_block(chunk) for chunk in torch.split(block, _CHUNK)]
    return torch.cat([two for two, _ in parts]), torch.cat([three for _, three in parts])


def _of_block(block: Float[Tensor, "event slot 3"]) -> tuple[Tensor, Tensor]:
    fraction, deta, dphi = block.unbind(-1)
    root = fraction.sqrt()
    pairs = root[:, :, None] * root[:, None, :]
    dphi = dphi[:, :, None] - dphi[:, None, :]
    dphi = torch.remainder(dphi + torch.pi, 2 * torch.pi) - torch.pi
    weighted = pairs * torch.hypot(deta[:, :, None] - deta[:, None, :], dphi)
    two = (pairs * weighted).sum((1, 2)) / 2
    three = ((weighted @ weighted) * weighted).sum((1, 2)) / 6
    return two, three
