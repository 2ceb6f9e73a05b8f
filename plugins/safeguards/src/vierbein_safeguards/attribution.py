"""Integrated gradients: how much of a network's answer each input feature carries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.buckets import batches
from vierbein.events.jagged import slots
from vierbein.events.schema import FeatureSchema
from vierbein.events.table import EventTable
from vierbein.interfaces.network import Network

_BATCH: Final = 128
_NODES: Final = 16
"""Points of the path; Gauss and Legendre's are exact for gradients of degree 31 along it."""

Means = Mapping[str, float]
"""Of each feature, of particles and of events, by name: where the path begins."""


@dataclass(frozen=True)
class Attributions:
    """What each feature adds to a network's answer.

    Parameters
    ----------
    names
        Of the features: of particles, then of events.
    values
        One row an event, one column a feature; a particle feature is summed over the particles.
    answers
        The network's answers, one an event.
    missing
        What the values lack to the difference of the answers at both ends of the path.
    """

    names: tuple[str, ...]
    values: Float[NDArray[np.float64], "event feature"]
    answers: Float[NDArray[np.float64], " event"]
    missing: Float[NDArray[np.float64], " event"]

    @property
    def shares(self) -> Float[NDArray[np.float64], " feature"]:
        """Each feature's mean absolute attribution, relative to the sum over all features."""
        return shares_of(self.values)

    def only(self, names: Sequence[str]) -> "Attributions":
        """Keep some of the features."""
        at = [self.names.index(name) for name in names]
        return replace(self, names=tuple(names), values=self.values[:, at])


def shares_of(
    values: Float[NDArray[np.float64], "event feature"],
) -> Float[NDArray[np.float64], " feature"]:
    """Give each feature's mean absolute attribution, relative to the sum over all features."""
    sizes = np.abs(values).mean(axis=0)
    shares: NDArray[np.float64] = sizes / max(sizes.sum(), np.finfo(float).tiny)
    return shares


def attribute(
    network: Network, events: EventTable, means: Means, axis: Float[NDArray[np.float64], " output"]
) -> Attributions:
    """Attribute a network's answers to its features, by integrated gradients.

    The answer is the prediction's component along an axis. The path leads from the features' means
    to their values; four-momenta and the numbers of particles stay as they are, so that what the
    network reads from them is in no feature's attribution.

    Parameters
    ----------
    network
        In evaluation mode.
    events
        In the network's schema or with more columns.
    means
        Where the path begins.
    axis
        Along which predictions are read.

    Returns
    -------
    Attributions
        In the events' order.

    References
    ----------
    Sundararajan, Taly and Yan, arXiv:1703.01365.
    """
    parts = batches(events.num_particles, _BATCH, None)
    along = torch.tensor(axis, dtype=torch.float32)
    found = [_of_batch(network, events.take(part), means, along) for part in parts]
    back = np.argsort(np.concatenate(parts))
    values, answers, missing = (
        torch.cat(column).double().numpy()[back] for column in zip(*found, strict=True)
    )
    names = (*events.schema.names, *events.schema.event_names)
    return Attributions(names, values, answers, missing)


def _of_batch(
    network: Network, events: EventBatch, means: Means, axis: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    schema = events.schema
    ends = (events.features, events.event_features)
    starts = [
        torch.tensor([means[name] for name in names], dtype=torch.float32).expand_as(end)
        for names, end in zip((schema.names, schema.event_names), ends, strict=True)
    ]

    def answer(features: Tensor, per_event: Tensor) -> Tensor:
        moved = events.map_features(schema, lambda _: features, per_event)
        prediction: Tensor = network(moved)
        return prediction @ axis

    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    slopes = [torch.zeros_like(end) for end in ends]
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        at = [
            (start + float(node) * (end - start)).requires_grad_()
            for start, end in zip(starts, ends, strict=True)
        ]
        found = torch.autograd.grad(answer(*at).sum(), at, materialize_grads=True)
        slopes = [slope + float(weight) * each for slope, each in zip(slopes, found, strict=True)]
    features, per_event = (
        slope * (end - start) for slope, end, start in zip(slopes, ends, starts, strict=True)
    )
    event, _ = slots(events.offsets)
    summed = features.new_zeros(len(events), features.shape[1]).index_add_(0, event, features)
    values = torch.cat([summed, per_event], dim=1)
    with torch.no_grad():
        answers = answer(*ends)
        missing = answers - answer(*starts) - values.sum(dim=1)
    return values, answers, missing


def means_of(events: EventTable) -> dict[str, float]:
    """Give the mean of every feature of particles and of events."""
    batch = events.take()
    columns = torch.cat([batch.features.double().mean(0), batch.event_features.double().mean(0)])
    names = (*events.schema.names, *events.schema.event_names)
    return dict(zip(names, columns.tolist(), strict=True))


def seen_as(events: EventTable, schema: FeatureSchema, stand_ins: Means) -> EventTable:
    """Give events in another detector's schema, features joined by name.

    Parameters
    ----------
    events
        Of any domain.
    schema
        The wanted one.
    stand_ins
        Values of the features that the events do not have.

    Returns
    -------
    EventTable
        In memory.
    """
    batch, given = events.take(), events.schema

    def column(name: str, names: tuple[str, ...], values: Tensor) -> Tensor:
        if name in names:
            return values[:, names.index(name)]
        return torch.full((len(values),), stand_ins[name])

    features, per_event = (
        torch.stack([column(name, names, values) for name in wanted], dim=1)
        if wanted
        else values[:, :0]
        for wanted, names, values in (
            (schema.names, given.names, batch.features),
            (schema.event_names, given.event_names, batch.event_features),
        )
    )
    return EventTable.of(batch.map_features(schema, lambda _: features, per_event))
