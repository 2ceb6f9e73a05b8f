"""Events of like length, computed together: next to no padding, and blocks that fit in cache."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class Grouping:
    """When an event joins a group, and when another group is begun.

    Parameters
    ----------
    power
        What an event of n particles costs is n to this power.
    overhead
        Cost of another group, in the same unit.
    largest
        Cost of a group, padding included, beyond which no event joins.
    """

    power: int
    overhead: int
    largest: int


@dataclass(frozen=True)
class Group:
    """Some events as a block of slots.

    Parameters
    ----------
    places
        Where each slot's particle is among all slots of the batch; an empty slot has the event's
        last one.
    mask
        True where a slot holds a particle; None if all do.
    """

    places: Int[Tensor, "event slot"]
    mask: Bool[Tensor, "event slot"] | None

    def of(self, values: Float[Tensor, "all_events all_slots *width"]) -> Tensor:
        """Take the group's own out of a padded block of the whole batch."""
        return values.flatten(0, 1)[self.places]

    @property
    def attention(self) -> dict[str, Tensor]:
        """Arguments of attention that keep it to particles; none if all slots hold one."""
        return {} if self.mask is None else {"attn_mask": self.mask[:, None, None, :]}


def groups(mask: Bool[Tensor, "event slot"], grouping: Grouping) -> list[Group]:
    """Sort events by length and cut the row where another group costs less than padding.

    Events without particles are in no group. A graph that is traced for export can follow no
    lengths: there, the whole batch is one group.

    Parameters
    ----------
    mask
        True where a slot of the batch holds a particle.
    grouping
        The costs.

    Returns
    -------
    list[Group]
        From the shortest events to the longest.
    """
    if torch.compiler.is_compiling():
        places = torch.arange(mask.shape[0] * mask.shape[1], device=mask.device)
        return [Group(places.view(mask.shape), mask)]
    lengths = mask.sum(1).cpu().numpy()
    order = np.argsort(lengths, kind="stable")
    cut: list[list[int]] = []
    for event in order[lengths[order] > 0].tolist():
        if cut:
            num, shortest = len(cut[-1]), lengths[cut[-1][0]]
            cost = lengths[event] ** grouping.power
            padding = num * (cost - shortest**grouping.power)
            if padding <= grouping.overhead and (num + 1) * cost <= grouping.largest:
                cut[-1].append(event)
                continue
        cut.append([event])
    starts = lengths.cumsum() - lengths
    particles = mask.flatten().nonzero().squeeze(1)
    return [_group(particles, starts[each], lengths[each]) for each in cut]


def _group(
    particles: Int[Tensor, " particle"], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Group:
    slot = np.arange(lengths[-1])
    at = torch.from_numpy(starts[:, None] + np.minimum(slot, lengths[:, None] - 1))
    mask = None if lengths[0] == lengths[-1] else torch.from_numpy(slot < lengths[:, None])
    device = particles.device
    return Group(particles[at.to(device)], None if mask is None else mask.to(device))


def by_group(
    function: Callable[[Group], Float[Tensor, "event slot width"]],
    parts: Sequence[Group],
    like: Float[Tensor, "event slot width"],
) -> Float[Tensor, "event slot width"]:
    """Apply a function to each group, and put the particles back where they were.

    Parameters
    ----------
    function
        Computes a group.
    parts
        Groups that hold every particle once.
    like
        What is given back has its shape; it is what a batch without particles gives.

    Returns
    -------
    Tensor
        Zero in empty slots.
    """
    if torch.compiler.is_compiling():
        (part,) = parts
        return function(part) * part.mask.unsqueeze(-1)  # type: ignore[union-attr]
    if not parts:
        return 0 * like
    rows, places = [], []
    for part in parts:
        found = function(part)
        rows.append(found.flatten(0, 1) if part.mask is None else found[part.mask])
        places.append(part.places.flatten() if part.mask is None else part.places[part.mask])
    flat = like.new_zeros(like.shape[0] * like.shape[1], like.shape[2])
    return flat.index_copy(0, torch.cat(places), torch.cat(rows)).view_as(like)
