"""Mean and standard deviation of features: they belong to the base."""

import numpy as np

from vierbein.events.table import EventTable
from vierbein.interfaces.projection import Statistics

_MOST_EVENTS = 20_000


def statistics(table: EventTable) -> Statistics:
    """Estimate each feature's mean and standard deviation over the particles of training events.

    Parameters
    ----------
    table
        Training events alone: never validation, test or sealed ones. The first 20,000 are used.

    Returns
    -------
    dict
        Mean and standard deviation by feature, in its unit; 0 and 1 if there is no particle.
    """
    events = table.take(np.arange(min(len(table), _MOST_EVENTS)))
    values = events.features.double()
    if len(values) == 0:
        return dict.fromkeys(events.schema.names, (0.0, 1.0))
    mean, std = values.mean(0).tolist(), values.std(0, correction=0).tolist()
    return dict(zip(events.schema.names, zip(mean, std, strict=True), strict=True))
