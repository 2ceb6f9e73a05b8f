"""Jagged columns: flat values and the offsets at which each event begins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Shaped
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class Jagged:
    """A column with any number of values an event, as files hold it.

    Parameters
    ----------
    values
        All values, event after event.
    offsets
        Where each event begins, and the end: one more than there are events.
    """

    values: NDArray[np.generic]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1


def entries_of(
    offsets: NDArray[np.int64], events: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the flat positions of some events' particles, and the new offsets.

    Parameters
    ----------
    offsets
        Where each event's particles begin, and the end.
    events
        Positions of the events wanted, in any order.

    Returns
    -------
    ndarray
        Flat positions of their particles, event after event.
    ndarray
        Offsets of the events wanted; they begin at 0.

    Examples
    --------
    >>> entries_of(np.array([0, 2, 2, 5]), np.array([2, 0]))
    (array([2, 3, 4, 0, 1]), array([0, 3, 5]))
    """
    starts, lengths = offsets[events], offsets[events + 1] - offsets[events]
    new = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return np.repeat(starts - new[:-1], lengths) + np.arange(new[-1]), new


def slots(
    offsets: Int[Tensor, " events_and_one"],
) -> tuple[Int[Tensor, " particle"], Int[Tensor, " particle"]]:
    """Give each particle its event's number and its place inside the event."""
    lengths = offsets.diff()
    event = torch.repeat_interleave(lengths)
    return event, torch.arange(len(event), device=offsets.device) - offsets[:-1][event]


def scatter(
    values: Shaped[Tensor, "particle width"],
    offsets: Int[Tensor, " events_and_one"],
) -> tuple[Shaped[Tensor, "event slot width"], Bool[Tensor, "event slot"]]:
    """Spread flat values over a padded block, in one indexed write.

    Measured 3-7 times faster than padding jagged arrays column by column. There is always at
    least one slot, so that a batch of empty events keeps its rank.

    Parameters
    ----------
    values
        One row a particle, event after event.
    offsets
        Where each event's rows begin, and the end.

    Returns
    -------
    Tensor
        The block, zero where there is no particle.
    Tensor
        The mask, True where there is one.

    Examples
    --------
    >>> scatter(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([0, 1, 3]))[0].squeeze(-1)
    tensor([[1., 0.],
            [2., 3.]])
    """
    (block,), mask = scatter_all([values], offsets)
    return block, mask


def scatter_all(
    columns: Sequence[Shaped[Tensor, "particle _"]],
    offsets: Int[Tensor, " events_and_one"],
) -> tuple[list[Shaped[Tensor, "event slot _"]], Bool[Tensor, "event slot"]]:
    """Spread several columns of the same particles, each over a block of its own.

    Parameters
    ----------
    columns
        Each with one row a particle, event after event.
    offsets
        Where each event's rows begin, and the end.

    Returns
    -------
    list
        The blocks, as `scatter` gives them.
    Tensor
        Their one mask.
    """
    lengths = offsets.diff()
    num_slots = max(int(lengths.max()) if len(lengths) else 0, 1)
    mask = torch.arange(num_slots, device=offsets.device) < lengths.unsqueeze(1)
    at = mask.flatten().nonzero().squeeze(1)
    blocks = []
    for values in columns:
        block = values.new_zeros(mask.numel(), values.shape[1]).index_copy_(0, at, values)
        blocks.append(block.view(*mask.shape, values.shape[1]))
    return blocks, mask


def segment_sum(
    values: Float[Tensor, " particle"], offsets: Int[Tensor, " events_and_one"]
) -> Float[Tensor, " event"]:
    """Sum a flat column event by event; an empty event gives zero.

    Parameters
    ----------
    values
        One value a particle, event after event.
    offsets
        Where each event's values begin, and the end.

    Returns
    -------
    Tensor
        One sum an event.

    Examples
    --------
    >>> segment_sum(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0, 2, 2, 3]))
    tensor([3., 0., 3.])
    """
    event, _ = slots(offsets)
    return values.new_zeros(len(offsets) - 1).index_add_(0, event, values)
