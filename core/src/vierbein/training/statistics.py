"""Mean and standard deviation of features: they belong to the base."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from torch import Tensor

from vierbein.events.table import EventTable
from vierbein.interfaces.projection import Statistics

_MOST_EVENTS = 20_000


def statistics(table: EventTable) -> Statistics:
    """Estimate each feature's mean and standard deviation over training events.

    Parameters
    ----------
    table
        Training events alone: never validation, test or sealed ones. The first 20,000 are used.

    Returns
    -------
    dict
        Mean and standard deviation by feature, in its unit, over particles, and of an event feature
        over events; 0 and 1 if there are none.
    """
    events = table.take(np.arange(min(len(table), _MOST_EVENTS)))
    of_particles = _moments(events.schema.names, events.features)
    return of_particles | _moments(events.schema.event_names, events.event_features)


def _moments(
    names: Sequence[str], columns: Float[Tensor, "row column"]
) -> dict[str, tuple[float, float]]:
    values = columns.double()
    if values.numel() == 0:
        return dict.fromkeys(names, (0.0, 1.0))
    mean, std = values.mean(0).tolist(), values.std(0, correction=0).tolist()
    return dict(zip(names, zip(mean, std, strict=True), strict=True))
