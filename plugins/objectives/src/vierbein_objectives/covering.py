"""Which particles are covered, and what the backbone sees in their place.

A covered particle is one that is masked; `mask` means real particles throughout vierbein.
"""

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import slots
from vierbein.events.split import uniform

_SALT = 2
"""Other than those by which events are split and ordered."""


def draw(events: EventBatch) -> Float[Tensor, " particle"]:
    """Draw a number in [0, 1) for each particle from torch's own random numbers."""
    return torch.rand(len(events.p4), dtype=torch.float64, device=events.p4.device)


def fixed(events: EventBatch) -> Float[Tensor, " particle"]:
    """Give each particle a number in [0, 1) that follows from its event's id and its place."""
    event, slot = (index.cpu().numpy() for index in slots(events.offsets))
    ids = (uniform(events.event_id.cpu().numpy(), _SALT) * 2**53).astype(np.int64)
    return torch.from_numpy(uniform(ids[event] + slot, _SALT)).to(events.p4.device)


def covered(
    events: EventBatch, numbers: Float[Tensor, " particle"], share: float
) -> Bool[Tensor, " particle"]:
    """Cover the share of each event's particles that have its smallest numbers.

    At least one is covered and at least one is not; in an event with fewer than two, none is.
    """
    event, slot = slots(events.offsets)
    rank = torch.empty_like(slot)
    rank[torch.argsort(event + numbers)] = slot
    most = (events.num_particles - 1).clamp(min=0)
    wanted = (share * events.num_particles).round().long().clamp(min=1)
    return rank < torch.minimum(wanted, most)[event]


def cover(
    events: EventBatch,
    is_covered: Bool[Tensor, " particle"],
    features: Float[Tensor, " feature"],
) -> EventBatch:
    """Put something in the place of covered particles that tells nothing of them.

    All have the same features, no PDG code, and the mean four-momentum of the particles that can be
    seen: physical for every backbone, and turning and boosting with the event as they do. Truth
    stays behind.

    Parameters
    ----------
    events
        With standardised features.
    is_covered
        True for the particles that are not to be seen.
    features
        What stands in the place of theirs.

    Returns
    -------
    EventBatch
        The same numbers of particles.
    """
    event, _ = slots(events.offsets)
    is_seen = ~is_covered
    total = events.p4.new_zeros(len(events), 4).index_add_(0, event[is_seen], events.p4[is_seen])
    mean = total / torch.bincount(event[is_seen], minlength=len(events)).clamp(min=1).unsqueeze(1)
    column = is_covered.unsqueeze(1)
    return EventBatch(
        events.schema,
        torch.where(column, mean[event], events.p4),
        torch.where(column, features.to(events.features.dtype), events.features),
        events.offsets,
        pdg=None if events.pdg is None else events.pdg.masked_fill(is_covered, 0),
        event_features=events.event_features,
        event_weight=events.event_weight,
        event_id=events.event_id,
        domain=events.domain,
    )
