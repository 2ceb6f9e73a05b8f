"""Messages of scalars, vectors and second-rank tensors that turn as space does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Final

import torch
from e3nn import o3
from jaxtyping import Float
from torch import Tensor, nn
from torch_geometric.utils import scatter

from vierbein_euclid.neighbours import Edges

RANKS: Final = (0, 1, 2)
"""Scalars, vectors, symmetric traceless tensors; all of natural parity (-1)^rank."""

PATHS: Final = tuple(
    (a, b, c)
    for a, b, c in product(RANKS, repeat=3)
    if abs(a - b) <= c <= a + b and (a + b + c) % 2 == 0
)
"""Sender's rank, direction's rank, message's rank: all that turn and mirror rightly."""

COUPLING: Final[Mapping[tuple[int, int, int], Tensor]] = MappingProxyType(
    {path: o3.wigner_3j(*path, dtype=torch.float64) for path in PATHS}
)
"""Clebsch-Gordan coefficients in double precision, whatever that of the network."""

Ranked = Sequence[Float[Tensor, "hit width component"]]
"""One tensor a rank, with 2 rank + 1 components."""


@dataclass(frozen=True)
class Directions:
    """What edges are in space.

    Parameters
    ----------
    harmonics
        Spherical harmonics of the directions to the senders, one tensor a rank.
    radial
        Functions of the distances, faded by the edges' shares.
    """

    harmonics: Sequence[Float[Tensor, "edge component"]]
    radial: Float[Tensor, "edge function"]


class Message(nn.Module):
    """Hits hear their neighbours, and are refined by it.

    Parameters
    ----------
    width
        Numbers of scalars, of vectors and of tensors, each.
    num_functions
        Functions of the distance.

    References
    ----------
    .. [1] N. Thomas et al., arXiv:1802.08219; S. Batzner et al., arXiv:2101.03164.
    """

    def __init__(self, width: int, num_functions: int) -> None:
        super().__init__()
        self.width = width
        self.radial = nn.Sequential(
            nn.Linear(num_functions, width), nn.SiLU(), nn.Linear(width, len(PATHS) * width)
        )
        into = [sum(c == rank for _, _, c in PATHS) for rank in RANKS]
        self.mix = nn.ModuleList(
            nn.Linear((1 + num) * width, width, bias=rank == 0)
            for rank, num in zip(RANKS, into, strict=True)
        )
        self.gate = nn.Linear(width, (len(RANKS) - 1) * width)

    def forward(self, x: Ranked, edges: Edges, directions: Directions) -> list[Tensor]:
        """Refine."""
        strength = self.radial(directions.radial) * edges.share.unsqueeze(1)
        heard: list[list[Tensor]] = [[tensor] for tensor in x]
        for path, weight in zip(PATHS, strength.split(self.width, dim=1), strict=True):
            a, b, c = path
            coupling = COUPLING[path].to(weight)
            turned = torch.einsum("eb,abc->eac", directions.harmonics[b], coupling)
            sent = torch.bmm(x[a][edges.sender] * weight.unsqueeze(-1), turned)
            heard[c].append(scatter(sent, edges.receiver, dim_size=len(x[0]), reduce="sum"))
        mixed = [
            mix(torch.cat(parts, dim=1).transpose(1, 2)).transpose(1, 2)
            for mix, parts in zip(self.mix, heard, strict=True)
        ]
        scalars = mixed[0].squeeze(-1)
        gates = self.gate(scalars).sigmoid().unsqueeze(-1).split(self.width, dim=1)
        activated = [nn.functional.silu(mixed[0])]
        activated += [part * gate for part, gate in zip(mixed[1:], gates, strict=True)]
        return [old + new for old, new in zip(x, activated, strict=True)]
