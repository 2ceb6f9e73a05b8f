"""Fail-closed loading: what of a base arrived in a network, module by module."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, astuple, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from vierbein.errors.loading import NothingLoadedError, PartialLoadError
from vierbein.training.expansion import Expansion

_DEPTH = 2
"""Modules that loaded whole are shown together by so many parts of their names."""


@dataclass(frozen=True)
class LoadRow:
    """What happened to one module.

    Parameters
    ----------
    module
        Its path in the network.
    matched
        Numbers that came from the base.
    expanded
        Numbers that were added to a tensor of the base without changing what it computes.
    new
        Numbers that start at random or at their identity.
    dropped
        Numbers of the base that have no place.
    """

    module: str
    matched: int
    expanded: int
    new: int
    dropped: int


@dataclass(frozen=True)
class LoadTable:
    """All modules; stored in the card and shown in the report."""

    rows: tuple[LoadRow, ...]

    def __str__(self) -> str:
        shown: dict[str, LoadRow] = {}
        for row in self.rows:
            is_whole = not (row.expanded or row.new or row.dropped)
            parts = row.module.split(".")
            name = ".".join(parts[:_DEPTH]) if is_whole else row.module
            shown[name] = _sum(name, [shown[name], row] if name in shown else [row])
        head = f"  {'module':40} {'matched':>10} {'expanded':>10} {'new':>10} {'dropped':>10}"
        lines = (
            f"  {r.module:40} {r.matched:10} {r.expanded:10} {r.new:10} {r.dropped:10}"
            for r in (*shown.values(), self.total)
        )
        return "\n".join([head, *lines])

    @property
    def total(self) -> LoadRow:
        """All modules together."""
        return _sum("all", self.rows)

    def to_json(self) -> list[dict[str, Any]]:
        """Give it as plain data."""
        return [asdict(row) for row in self.rows]


@dataclass(frozen=True)
class Consent:
    """What need not arrive whole, by the paths of modules; the whole base must otherwise.

    Parameters
    ----------
    new
        May start anew although the base should have filled them; what the base has there is
        dropped.
    expand
        May be wider than the base's: they keep what it computes.
    dropped
        Of the base, may be left out.
    """

    new: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def load_parameters(
    network: nn.Module,
    parameters: Mapping[str, Tensor],
    base: str,
    consent: Consent | None = None,
    expansions: Mapping[str, Expansion | None] = {},
    entry: Collection[str] = (),
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
    consent
        What need not arrive whole; all must, if not given.
    expansions
        Of tensors that run over other names than the base's; None where they cannot grow.
    entry
        Names of the input layer's tensors, for messages.

    Returns
    -------
    LoadTable
        What arrived.

    Raises
    ------
    NothingLoadedError
        If no name of a part matches (a wrong prefix, another backbone).
    PartialLoadError
        If a tensor is left at random, is wider, or has no place, without consent.
    """
    consent = consent or Consent()
    own = network.state_dict()
    for part in dict.fromkeys(name.partition(".")[0] for name in own):
        names = [name for name in own if _is_within(name, [part])]
        if not any(name in parameters for name in names) and part not in consent.new:
            raise NothingLoadedError(base, tuple(parameters), names)
    filled: dict[str, Tensor] = {}
    for name, tensor in own.items():
        grown = expansions.get(name)
        if grown is not None and _is_within(name, consent.expand):
            filled[name] = grown.apply(tensor, parameters[name])
        elif name not in expansions and tensor.shape == getattr(
            parameters.get(name), "shape", None
        ):
            filled[name] = parameters[name]
    table = _table(own, parameters, filled, expansions)
    left = [n for n in own if n not in filled and not _is_within(n, consent.new)]
    allowed = (*consent.new, *consent.dropped)
    homeless = [n for n in parameters if n not in own and not _is_within(n, allowed)]
    if left or homeless:
        faults = [_fault(name, own, parameters) for name in left]
        can_grow = [name for name in left if expansions.get(name) is not None]
        raise PartialLoadError(
            base, str(table), left, faults, homeless, can_grow, sorted({*left} & {*entry})
        )
    with torch.no_grad():
        for name, tensor in filled.items():
            own[name].copy_(tensor)
    return table


def _is_within(name: str, modules: Iterable[str]) -> bool:
    return f"{name}.".startswith(tuple(f"{module}." for module in modules))


def _fault(name: str, own: Mapping[str, Tensor], parameters: Mapping[str, Tensor]) -> str:
    if name not in parameters:
        return f"{name}: the base has none"
    theirs, ours = list(parameters[name].shape), list(own[name].shape)
    if theirs == ours:
        return f"{name}: its {theirs} numbers stand for other names in the base"
    return f"{name}: {theirs} in the base, {ours} in the network"


def _table(
    own: Mapping[str, Tensor],
    parameters: Mapping[str, Tensor],
    filled: Mapping[str, Tensor],
    expansions: Mapping[str, Expansion | None],
) -> LoadTable:
    counts: dict[str, list[int]] = {}
    for name in [*own, *(n for n in parameters if n not in own)]:
        row = counts.setdefault(name.rpartition(".")[0] or name, [0, 0, 0, 0])
        if name in filled:
            grown, size = expansions.get(name), own[name].numel()
            kept = size if grown is None else size // own[name].shape[grown.axis] * grown.num_kept
            row[0] += kept
            row[1] += size - kept
            continue
        row[2] += own[name].numel() if name in own else 0
        row[3] += parameters[name].numel() if name in parameters else 0
    return LoadTable(tuple(LoadRow(module, *row) for module, row in counts.items()))


def _sum(module: str, rows: Iterable[LoadRow]) -> LoadRow:
    columns = zip(*(astuple(row)[1:] for row in rows), strict=True)
    return LoadRow(module, *(sum(column) for column in columns))
