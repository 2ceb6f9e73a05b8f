"""Input surgery: where the numbers of a base's tensor stand in a wider one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from vierbein.interfaces.columns import Columns

Names = tuple[str, ...]


@dataclass(frozen=True)
class Expansion:
    """How one tensor grows along one axis.

    Parameters
    ----------
    axis
        Along which.
    before
        Names along it in the base.
    columns
        The same in the network, and where new ones start.
    """

    axis: int
    before: Names
    columns: Columns

    @property
    def num_kept(self) -> int:
        """How many names the base has, too."""
        return sum(name in self.before for name in self.columns.names)

    def apply(self, own: Tensor, theirs: Tensor) -> Tensor:
        """Give the network's tensor, filled from the base's."""
        start, like = self.columns.start, self.columns.like
        grown = own.clone() if start is None else torch.full_like(own, start)
        for at, name in enumerate(self.columns.names):
            source = name if name in self.before else like
            if source in self.before:
                place = theirs.select(self.axis, self.before.index(source))
                grown.select(self.axis, at).copy_(place)
        return grown


@dataclass(frozen=True)
class Axes:
    """What the tensors of one part of a network run over.

    Parameters
    ----------
    declared
        By the tensor's name, as the part says it.
    orders
        Lists of names; an axis that grows and is as long as one of them runs over it.
    vectors
        Where a new number of a tensor of one axis starts; None leaves it as it was constructed, so
        that a normalisation does not silence a new feature.
    """

    declared: Mapping[str, Columns] = field(default_factory=dict)
    orders: Sequence[Names] = ()
    vectors: float | None = None


def expansions(
    own: Mapping[str, Tensor], theirs: Mapping[str, Tensor], after: Axes, before: Axes
) -> dict[str, Expansion | None]:
    """Find the tensors of a part that differ in what they run over.

    Parameters
    ----------
    own
        The network's, by name.
    theirs
        The base's.
    after
        What the network's run over.
    before
        What the base's run over.

    Returns
    -------
    dict
        How each grows; None where shape and names give no answer.
    """
    found: dict[str, Expansion | None] = {}
    for name, tensor in own.items():
        if name not in theirs:
            continue
        columns, there = after.declared.get(name), before.declared.get(name)
        if columns is None or there is None:
            if tensor.shape == theirs[name].shape:
                continue
            columns, there = _by_length(tensor, theirs[name], after, before) or (None, None)
        elif columns.names == there.names:
            continue
        found[name] = _grown(tensor, theirs[name], columns, there)
    return found


def _by_length(
    own: Tensor, theirs: Tensor, after: Axes, before: Axes
) -> tuple[Columns, Columns] | None:
    if own.ndim != theirs.ndim:
        return None
    axes = [at for at in range(own.ndim) if own.shape[at] != theirs.shape[at]]
    start = after.vectors if own.ndim == 1 else 0.0
    for there, here in zip(before.orders, after.orders, strict=True):
        lengths = (len(there), len(here))
        if len(axes) == 1 and lengths == (theirs.shape[axes[0]], own.shape[axes[0]]):
            return Columns(axes[0], here, start), Columns(axes[0], there, start)
    return None


def _grown(
    own: Tensor, theirs: Tensor, columns: Columns | None, there: Columns | None
) -> Expansion | None:
    if columns is None or there is None or not set(there.names) <= set(columns.names):
        return None
    shape, axis = list(theirs.shape), columns.axis
    shape[axis] = len(columns.names)
    fits = list(own.shape) == shape and theirs.shape[axis] == len(there.names)
    return Expansion(axis, there.names, columns) if fits and there.axis == axis else None
