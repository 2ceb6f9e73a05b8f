"""A few events to see what a backbone does."""

from collections.abc import Sequence
from typing import Final

import torch

from vierbein.events.batch import EventBatch
from vierbein.interfaces.backbone import Backbone

_CODES: Final = (11, 22)
"""Electron and photon, for backbones that know no codes of their own."""


def made_events(backbone: Backbone, lengths: Sequence[int]) -> EventBatch:
    """Make events that a backbone takes, of the type and on the device of its parameters.

    Parameters
    ----------
    backbone
        Names features and PDG codes.
    lengths
        Particles of each event.

    Returns
    -------
    EventBatch
        Of massive particles, the same ones every time.
    """
    schema, like = backbone.schema, next(backbone.parameters())
    rng = torch.Generator().manual_seed(0)
    num = sum(lengths)
    momentum = torch.randn(num, 3, generator=rng)
    energy = (momentum.square().sum(1, keepdim=True) + 0.1).sqrt()
    pdg = torch.tensor(backbone.codes or _CODES).repeat(num)[:num]
    made = EventBatch(
        schema,
        torch.cat([energy, momentum], dim=1),
        torch.randn(num, len(schema.features), generator=rng),
        torch.tensor([0, *lengths]).cumsum(0),
        pdg=pdg,
        event_features=torch.zeros(len(lengths), len(schema.event_features)),
    )
    return made.to(like.device, like.dtype)
