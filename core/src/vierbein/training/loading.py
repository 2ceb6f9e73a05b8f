"""Fail-closed loading: what of a base arrived in a network, module by module."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from vierbein.errors.loading import NothingLoadedError, PartialLoadError


@dataclass(frozen=True)
class LoadRow:
    """What happened to one module.

    Parameters
    ----------
    module
        Its path in the network.
    matched
        Numbers that came from the base.
    new
        Numbers that start at random or at their identity.
    dropped
        Numbers of the base that have no place.
    """

    module: str
    matched: int
    new: int
    dropped: int


@dataclass(frozen=True)
class LoadTable:
    """All modules; stored in the card and shown in the report."""

    rows: tuple[LoadRow, ...]

    def __str__(self) -> str:
        head = f"  {'module':40} {'matched':>9} {'new':>9} {'dropped':>9}"
        lines = (f"  {r.module:40} {r.matched:9} {r.new:9} {r.dropped:9}" for r in self.rows)
        return "\n".join([head, *lines])

    def to_json(self) -> list[dict[str, Any]]:
        """Give it as plain data."""
        return [asdict(row) for row in self.rows]


def load_parameters(
    network: nn.Module, parameters: Mapping[str, Tensor], base: str, new: Sequence[str] = ()
) -> LoadTable:
    """Copy a base's tensors into a network, by name and shape.

    Parameters
    ----------
    network
        The part of a network that the base is for, such as the backbone.
    parameters
        The base's tensors by name.
    base
        Its name, for messages.
    new
        Modules that may start anew although the base should have filled them.

    Returns
    -------
    LoadTable
        What arrived.

    Raises
    ------
    NothingLoadedError
        If no name matches (a wrong prefix, another backbone).
    PartialLoadError
        If a tensor is left at random that `new` does not name.
    """
    own = network.state_dict()
    matched = {
        n for n, tensor in own.items() if n in parameters and parameters[n].shape == tensor.shape
    }
    if not matched:
        raise NothingLoadedError(base, tuple(parameters), tuple(own))
    table = _table(own, parameters, matched)
    allowed = tuple(f"{module}." for module in new)
    unmatched = [n for n in own if n not in matched and not f"{n}.".startswith(allowed)]
    if unmatched:
        raise PartialLoadError(base, str(table), unmatched)
    with torch.no_grad():
        for name in matched:
            own[name].copy_(parameters[name])
    return table


def _table(
    own: Mapping[str, Tensor], parameters: Mapping[str, Tensor], matched: set[str]
) -> LoadTable:
    counts: dict[str, list[int]] = {}
    for name in [*own, *(n for n in parameters if n not in own)]:
        row = counts.setdefault(name.rpartition(".")[0] or name, [0, 0, 0])
        if name in matched:
            row[0] += own[name].numel()
            continue
        row[1] += own[name].numel() if name in own else 0
        row[2] += parameters[name].numel() if name in parameters else 0
    return LoadTable(tuple(LoadRow(module, *row) for module, row in counts.items()))
