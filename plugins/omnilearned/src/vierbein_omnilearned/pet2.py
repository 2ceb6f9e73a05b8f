"""The network of OmniLearned as a backbone."""

import math
from collections.abc import Sequence
from contextlib import nullcontext
from importlib import import_module, metadata
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.published import PublishedNames
from vierbein_omnilearned.errors import KindsMissingError, OmniLearnedMissingError

_VERSION = "0.2.0"
_TINY = 1e-8
_NOT_ZERO = 1e-6


class Pet2(Backbone):
    """The body of OmniLearned's PET2 [1]_, as its package builds it; needs `omnilearned`.

    Angles from the event's axis, log pT and log E are made of the four-momenta, in GeV, and so are
    never standardised; features are its additional information, per-event features its conditions.
    Its package takes a slot for empty where log pT is exactly 0, as it is at 1 GeV; here the mask
    decides. What is pooled is the mean of its tokens.

    Parameters
    ----------
    schema
        The features that it is given.
    width
        Length of every particle's vector.
    num_heads
        Attention heads.
    num_blocks
        Blocks of attention between particles.
    num_local_blocks
        Blocks of attention inside the neighbourhoods.
    num_tokens
        Learned tokens.
    num_neighbours
        Others of a neighbourhood.
    interaction
        Whether pairs of particles bias the attention.
    local_interaction
        Whether they enter the neighbourhoods.
    kinds
        PDG codes, without sign, that have a vector of their own; the events must then have codes.
    dropout
        Probability of losing a number inside the blocks.

    Raises
    ------
    OmniLearnedMissingError
        If the package is not there.

    References
    ----------
    .. [1] W. Bhimji, C. Harris, V. Mikuni, B. Nachman, arXiv:2510.24066.
    """

    body: Any  # the package has no types

    def __init__(  # noqa: PLR0913 - every setting is a typed parameter
        self,
        schema: FeatureSchema,
        *,
        width: int = 128,
        num_heads: int = 8,
        num_blocks: int = 8,
        num_local_blocks: int = 2,
        num_tokens: int = 4,
        num_neighbours: int = 10,
        interaction: bool = True,
        local_interaction: bool = True,
        kinds: Sequence[int] = (),
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.schema = schema
        self.width = width
        self.num_neighbours = num_neighbours
        self.kinds = tuple(kinds)
        self.body = _published()(
            4,
            use_int=interaction,
            local_int=local_interaction,
            conditional=bool(schema.event_features),
            cond_dim=len(schema.event_features),
            pid=bool(kinds),
            pid_dim=len(kinds) + 1,
            add_info=bool(schema.features),
            add_dim=len(schema.features),
            base_dim=width,
            num_heads=num_heads,
            num_transformers=num_blocks,
            num_transformers_head=num_local_blocks,
            num_tokens=num_tokens,
            mlp_drop=dropout,
            attn_drop=dropout,
            K=num_neighbours,
            num_coord=2,
        ).body

    def forward(self, events: EventBatch) -> Representation:
        """Represent a batch."""
        padded, mask = events.padded, events.padded.mask
        # It chooses neighbours among slots: there must be more of them than neighbours.
        more = max(0, self.num_neighbours + 1 - mask.shape[1])
        x = functional.pad(_kinematics(padded.p4, mask), (0, 0, 0, more))
        # Its mask is in single precision, which torch 2.13's fused attention misreads (it does not
        # refuse) where the queries are in double.
        is_exact = x.dtype == torch.float64
        with sdpa_kernel(SDPBackend.MATH) if is_exact else nullcontext():
            found = self.body(
                x,
                cond=events.event_features,
                pid=functional.pad(self._kinds(events, mask), (0, more)) if self.kinds else None,
                add_info=functional.pad(padded.features, (0, 0, 0, more)),
            )
        num_tokens = self.body.num_tokens
        first = num_tokens + self.body.num_add
        particles = found[:, first : first + mask.shape[1]] * mask.unsqueeze(-1)
        return Representation(found[:, :num_tokens].mean(1), particles, mask)

    def blocks(self) -> Sequence[nn.Module]:
        """Give the input's parts, the blocks of attention and the last normalisation."""
        names = ("embed", "local_physics", "interaction", "pid_embed", "add_embed", "cond_embed")
        entry = [getattr(self.body, name) for name in names if hasattr(self.body, name)]
        return [*entry, *self.body.in_blocks, self.body.norm]

    def published_names(self) -> PublishedNames:
        """Give its package's own names of the body.

        At time zero the token of the diffusion time is exactly zero, which the body takes for an
        empty slot: without its tensors it computes the same.
        """
        names = {name: name.removeprefix("body.") for name in self.state_dict()}
        return PublishedNames(names, needless=("MPFourier.", "time_embed."))

    def _kinds(
        self, events: EventBatch, mask: Bool[Tensor, "event slot"]
    ) -> Int[Tensor, "event slot"]:
        if events.pdg is None:
            raise KindsMissingError(self.kinds)
        matches = events.pdg.abs().unsqueeze(1) == torch.tensor(self.kinds, device=mask.device)
        number = (matches * torch.arange(1, len(self.kinds) + 1, device=mask.device)).sum(1)
        return torch.zeros_like(mask, dtype=torch.int64).masked_scatter(mask, number)


def _kinematics(
    p4: Float[Tensor, "event slot 4"], mask: Bool[Tensor, "event slot"]
) -> Float[Tensor, "event slot 4"]:
    """Give pseudorapidity and azimuth from the event's axis, log pT and log E; zero where empty."""

    def angles(p4: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        _, px, py, pz = p4.unbind(-1)
        pt = torch.hypot(px, py).clamp(min=_TINY)
        return torch.asinh(pz / pt), torch.atan2(py, px), pt

    eta, phi, pt = angles(p4)
    axis_eta, axis_phi, _ = angles((p4 * mask.unsqueeze(-1)).sum(1, keepdim=True))
    turn = torch.remainder(phi - axis_phi + math.pi, 2 * math.pi) - math.pi
    log_pt = pt.log()
    log_pt = torch.where(log_pt.abs() < _NOT_ZERO, _NOT_ZERO, log_pt)
    log_e = p4[..., 0].clamp(min=_TINY).log()
    return torch.stack([eta - axis_eta, turn, log_pt, log_e], -1) * mask.unsqueeze(-1)


def _published() -> type[nn.Module]:
    try:
        found = metadata.version("omnilearned")
        if found != _VERSION:
            raise OmniLearnedMissingError(found)
        network: type[nn.Module] = import_module("omnilearned.network").PET2
    except (metadata.PackageNotFoundError, ModuleNotFoundError) as error:
        raise OmniLearnedMissingError(str(error)) from error
    return network
