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
    """Freeze the projections of features, of particles and of events, that the backbone ignores."""
    projection = network.projection
    made = {"features": projection.linear, "event_features": projection.event_linear}
    for name, linear in made.items():
        if linear is not None and not reads(network.backbone, name):
            linear.requires_grad_(False)


def reads(backbone: Backbone, name: str) -> bool:
    """Say whether a backbone's answer depends on features.

    A copy is asked that was moved a little off its start, where new columns are zero.

    Parameters
    ----------
    backbone
        Left as it was.
    name
        ``features``, those of particles, or ``event_features``.

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
    first, other = (_changed(events, name, value) for value in (0.0, 1.0))
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        return not torch.equal(copy(first).pooled, copy(other).pooled)


def _changed(events: EventBatch, name: str, value: float) -> EventBatch:
    """Add to features; all of one value might look alike to what subtracts their mean."""
    given = {"features": events.features, "event_features": events.event_features}
    rising = torch.arange(given[name].numel()).reshape(given[name].shape)
    given[name] = given[name] + value * rising.to(given[name])
    return EventBatch(
        events.schema,
        events.p4,
        given["features"],
        events.offsets,
        pdg=events.pdg,
        event_features=given["event_features"],
    )
