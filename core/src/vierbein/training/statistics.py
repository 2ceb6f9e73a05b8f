"""Mean and standard deviation of features: they belong to the base."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from torch import Tensor

from vierbein.events.schema import Feature, Role
from vierbein.events.table import EventTable
from vierbein.interfaces.projection import Statistics

_MOST_EVENTS = 20_000


def statistics(table: EventTable) -> Statistics:
    """Estimate each feature's mean and standard deviation over training events.

    Components of vectors have one standard deviation in common: scaled each by its own, space would
    be stretched, and no backbone could be symmetric in it.

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
    of_particles = _moments(events.schema.features, events.features)
    return of_particles | _moments(events.schema.event_features, events.event_features)


def _moments(
    features: Sequence[Feature], columns: Float[Tensor, "row column"]
) -> dict[str, tuple[float, float]]:
    names = [feature.name for feature in features]
    values = columns.double()
    if values.numel() == 0:
        return dict.fromkeys(names, (0.0, 1.0))
    mean, std = values.mean(0), values.std(0, correction=0)
    vectors = [i for i, feature in enumerate(features) if feature.role == Role.VECTOR]
    for first in range(0, len(vectors) - 2, 3):  # components of one stand side by side
        of_one = vectors[first : first + 3]
        std[of_one] = std[of_one].square().mean().sqrt()
    return dict(zip(names, zip(mean.tolist(), std.tolist(), strict=True), strict=True))
