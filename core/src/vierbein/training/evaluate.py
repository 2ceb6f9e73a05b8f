"""Predictions and losses of a network over a table of events."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vierbein.errors.predictions import LossShapeError
from vierbein.events.batch import EventBatch
from vierbein.events.buckets import batches
from vierbein.events.table import EventTable
from vierbein.interfaces.network import Network
from vierbein.interfaces.task import Scores, Task
from vierbein.interfaces.trainer import Loss

BATCH = 512
CHUNK = 65_536
"""Events that are sorted by length together; bounds the memory of a table larger than it."""


def over(
    table: EventTable, function: Callable[[EventBatch], Tensor], device: torch.device | str = "cpu"
) -> Iterator[tuple[NDArray[np.int64], Tensor]]:
    """Apply a function to all events in batches of like length, without gradients.

    Parameters
    ----------
    table
        The events.
    function
        Gives one row an event of a batch.
    device
        Where it computes.

    Yields
    ------
    tuple
        Positions of a batch's events in the table, and what the function gave.
    """
    lengths = table.num_particles
    with torch.inference_mode():
        for start in range(0, len(table), CHUNK):
            for part in batches(lengths[start : start + CHUNK], BATCH, rng=None):
                at = part + start
                yield at, function(table.take(at).to(device)).cpu()


def collect(
    table: EventTable, function: Callable[[EventBatch], Tensor], device: torch.device | str = "cpu"
) -> NDArray[np.float32]:
    """Apply a function to all events, and put the results in the table's order."""
    result: NDArray[np.float32] | None = None
    for at, values in over(table, function, device):
        if result is None:
            result = np.zeros((len(table), *values.shape[1:]), np.float32)
        result[at] = values.float().numpy()
    return np.zeros((0, 1), np.float32) if result is None else result


def scores(network: Network, task: Task, table: EventTable) -> Scores:
    """Score all events of a table, in its order."""
    network.eval()
    device = next(network.parameters()).device
    return collect(table, lambda events: task.scores(network(events)), device)


def losses(network: nn.Module, task: Loss, events: EventBatch) -> Tensor:
    """Give each event's loss.

    Parameters
    ----------
    network
        In the mode, training or evaluation, that is wanted.
    task
        Whose loss it is.
    events
        With their truth.

    Returns
    -------
    Tensor
        One loss an event, event weights not applied.

    Raises
    ------
    LossShapeError
        If the task gives anything but one number an event, which event weights would broadcast.
    """
    found = task.loss(network(events), events)
    if tuple(found.shape) != (len(events),):
        raise LossShapeError(found.shape, len(events))
    return found


def mean_loss(network: Network, task: Loss, table: EventTable) -> float:
    """Give the weighted mean loss over a table."""
    was_training = network.training
    network.eval()
    device = next(network.parameters()).device
    found = collect(table, lambda events: losses(network, task, events), device)
    network.train(was_training)
    weights = table.weights
    return float((found.astype(np.float64) * weights).sum() / weights.sum())
