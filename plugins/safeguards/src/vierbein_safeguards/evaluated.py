"""What a network makes of a table of events."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray

from vierbein.events.buckets import batches
from vierbein.events.table import EventTable
from vierbein.interfaces.network import Network

_BATCH = 256


@dataclass(frozen=True)
class Evaluated:
    """A network's answers, one row an event, in the table's order.

    Parameters
    ----------
    pooled
        Its representation.
    prediction
        Its prediction, as the task's `scores` takes it.
    """

    pooled: Float[NDArray[np.float64], "event width"]
    prediction: Float[NDArray[np.float64], "event output"]


def evaluate(network: Network, events: EventTable) -> Evaluated:
    """Let a network answer for every event.

    Parameters
    ----------
    network
        In evaluation mode.
    events
        At least one.

    Returns
    -------
    Evaluated
        In double precision.
    """
    parts = batches(events.num_particles, _BATCH, None)
    pooled, prediction = [], []
    for part in parts:
        with torch.inference_mode():
            represented = network.represent(events.take(part))
            predicted = network.head(represented)
        pooled.append(represented.pooled.cpu().double().numpy())
        prediction.append(predicted.cpu().double().numpy())
    back = np.argsort(np.concatenate(parts))
    return Evaluated(np.concatenate(pooled)[back], np.concatenate(prediction)[back])
