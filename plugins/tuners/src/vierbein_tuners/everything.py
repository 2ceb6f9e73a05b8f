"""What can learn, where everything is to."""

from copy import deepcopy

import torch

from vierbein.events.batch import EventBatch
from vierbein.interfaces.backbone import Backbone
from vierbein.interfaces.network import Network
from vierbein_tuners.made_events import made_events

_LENGTHS = (4, 2)
_STEP = 1e-2


def learn_everything(network: Network) -> None:
    """Let all parameters learn that something depends on."""
    network.requires_grad_(True)
    freeze_unread(network)


def freeze_unread(network: Network) -> None:
    """Freeze the projection of per-event features where the backbone reads none."""
    linear = network.projection.event_linear
    if linear is not None and not reads_event_features(network.backbone):
        linear.requires_grad_(False)


def reads_event_features(backbone: Backbone) -> bool:
    """Say whether a backbone's answer depends on per-event features.

    A copy is asked that was moved a little off its start, where new columns are zero.

    Parameters
    ----------
    backbone
        Left as it was.

    Returns
    -------
    bool
        Whether any of them reaches the pooled vector.
    """
    rng = torch.Generator().manual_seed(0)
    copy = deepcopy(backbone).double().eval().requires_grad_(False)
    with torch.no_grad():
        for parameter in copy.parameters():
            step = torch.randn(parameter.shape, generator=rng, dtype=torch.float64)
            parameter.add_(step.to(parameter.device), alpha=_STEP)
    events = made_events(copy, _LENGTHS)
    first, other = (_with_event_features(events, value) for value in (0.0, 1.0))
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        return not torch.equal(copy(first).pooled, copy(other).pooled)


def _with_event_features(events: EventBatch, value: float) -> EventBatch:
    return EventBatch(
        events.schema,
        events.p4,
        events.features,
        events.offsets,
        pdg=events.pdg,
        event_features=torch.full_like(events.event_features, value),
    )
