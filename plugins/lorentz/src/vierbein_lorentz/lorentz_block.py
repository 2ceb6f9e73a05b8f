"""One step of Lorentz-equivariant message passing."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from vierbein_lorentz.rest_frame import psi

VECTOR_STEP = 1e-3
"""The constant c of arXiv:2201.08187, which keeps the vectors from exploding."""

Scalars = Float[Tensor, "event slot width"]
Products = Float[Tensor, "event slot slot"]
Mask = Bool[Tensor, "event slot"] | None


class LorentzBlock(nn.Module):
    """Messages between all particles of an event, itself included [1]_.

    With psi(z) = sign(z) log(1 + |z|), a particle's scalars h and vector x become

        m_ij = phi_e(h_i, h_j, psi(|x_i - x_j|^2), psi(x_i x_j))
        x_i <- x_i + c sum_j phi_x(m_ij) x_j
        h_i <- h_i + phi_h(h_i, sum_j phi_m(m_ij) m_ij)

    Only products of vectors are ever used, and the step is linear in the vectors: with A = 1 + c
    phi_x(m), the matrix of all products G = x_i x_j becomes A G A^T. So the products are carried
    instead of the vectors, and computed from four-momenta only once, where nothing cancels.

    Parameters
    ----------
    width
        Length of the scalars and of the messages.
    moves_vectors
        Whether the vectors change, too; after the last block nobody would see it.

    References
    ----------
    .. [1] S. Gong et al., "An efficient Lorentz equivariant graph neural network for jet tagging",
       arXiv:2201.08187, equations 3.1 to 3.4.
    """

    def __init__(self, width: int, *, moves_vectors: bool) -> None:
        super().__init__()
        self.width = width
        self.message_in = nn.Linear(2 * width + 2, width)
        self.message_out = nn.Linear(width, width)
        self.gate = nn.Linear(width, 1)
        self.update = nn.Sequential(
            nn.Linear(2 * width, width), nn.LayerNorm(width), nn.ReLU(), nn.Linear(width, width)
        )
        self.step = (
            nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1, bias=False))
            if moves_vectors
            else None
        )

    def forward(self, h: Scalars, products: Products, mask: Mask) -> tuple[Scalars, Products]:
        """Pass messages."""
        num_events, num_slots, width = h.shape
        messages = self._messages(h, products)
        gates = self.gate(messages).sigmoid().view(num_events, num_slots, num_slots)
        if mask is not None:
            gates = gates * mask.unsqueeze(1)
        received = gates.unsqueeze(2) @ messages.view(*gates.shape, width)
        heard = torch.cat([h, received.squeeze(2)], dim=-1)
        if self.step is not None:
            steps = VECTOR_STEP * self.step(messages).view_as(products)
            if mask is not None:
                steps = steps * mask.unsqueeze(1)
            moved = torch.eye(num_slots, dtype=h.dtype, device=h.device) + steps
            products = moved @ products @ moved.mT
        return h + self.update(heard), products

    def _messages(self, h: Scalars, products: Products) -> Float[Tensor, "edge width"]:
        squares = products.diagonal(dim1=1, dim2=2)
        distances = squares.unsqueeze(2) + squares.unsqueeze(1) - 2 * products
        seen = psi(torch.stack([distances, products], dim=-1))
        # The first layer is linear: what it makes of a particle is the same in all its pairs.
        weight = self.message_in.weight
        receiver, sender, pair = weight.tensor_split((self.width, 2 * self.width), dim=1)
        received = functional.linear(h, receiver, self.message_in.bias).unsqueeze(2)
        sent = functional.linear(h, sender).unsqueeze(1)
        first = functional.linear(seen, pair)
        # Nobody else holds these sums: written in place, they cost half the memory traffic.
        first = first.add_(received).add_(sent).relu_()
        messages: Tensor = self.message_out(first.view(-1, self.width)).relu_()
        return messages
