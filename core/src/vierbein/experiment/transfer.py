"""From a base to a network: what arrives, by whose consent, and whether it does the same."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from vierbein.config.build import build
from vierbein.errors.loading import FunctionDiffersError, OtherTaskError
from vierbein.experiment.base import Base
from vierbein.experiment.probe import (
    answers,
    columns_of,
    difference,
    probe_events,
    record,
)
from vierbein.interfaces.backbone import Backbone
from vierbein.interfaces.columns import Columns
from vierbein.interfaces.network import Network
from vierbein.interfaces.task import Task
from vierbein.registry.installed import Registry
from vierbein.training.expansion import Axes, Expansion, expansions
from vierbein.training.loading import Consent, LoadRow, LoadTable, load_parameters

UNCHANGED = 1e-6
"""How much of its size an expanded network's answer may differ from the base's."""


@dataclass(frozen=True)
class FunctionCheck:
    """Whether the loaded network answers what the base answered.

    Parameters
    ----------
    answer
        ``agrees`` or ``not checked``; a network that differs is refused.
    reason
        What was compared, or why nothing was.
    difference
        The largest, over the size of the answers.
    tolerance
        What is granted.
    """

    answer: str
    reason: str
    difference: float | None = None
    tolerance: float | None = None

    def __str__(self) -> str:
        if self.difference is None:
            return f"{self.answer}: {self.reason}"
        granted = f"{self.difference:.2g}, {self.tolerance:g} is granted"
        return f"{self.answer} with {self.reason} ({granted})"


@dataclass(frozen=True)
class Loaded:
    """What arrived from a base.

    Parameters
    ----------
    table
        Module by module.
    checks
        Of the function: against the card's record, and of an expanded network against the base.
    """

    table: LoadTable
    checks: tuple[FunctionCheck, ...]

    def __str__(self) -> str:
        return "\n".join([str(self.table), *(f"  function: {check}" for check in self.checks)])

    @property
    def rows(self) -> tuple[LoadRow, ...]:
        """Of the table."""
        return self.table.rows

    def to_json(self) -> list[dict[str, Any]]:
        """Give the table as plain data."""
        return self.table.to_json()

    def checks_to_json(self) -> list[dict[str, Any]]:
        """Give the checks as plain data."""
        return [asdict(check) for check in self.checks]


@dataclass(frozen=True)
class Transfer:
    """Fills networks from a base.

    Parameters
    ----------
    base
        With its card.
    consent
        What need not arrive whole.
    registry
        What is installed.
    """

    base: Base
    consent: Consent
    registry: Registry

    def fill(self, network: Network, task: Task, configuration: Mapping[str, Any]) -> Loaded:
        """Load all that fits, and prove that the network does what the base did.

        Parameters
        ----------
        network
            For the base's features, or more of them.
        task
            The run's.
        configuration
            The run's, for what its backbone and task are.

        Returns
        -------
        Loaded
            What arrived.

        Raises
        ------
        PartialLoadError, NothingLoadedError
            If something does not arrive, or has no place, without consent.
        OtherTaskError
            If the base's head is for another task, and nothing is said of it.
        FunctionDiffersError
            If the network does something else than the base.
        """
        base, consent = self.base, self.consent
        is_same_task = base.card["task"] == configuration["task"]
        # A published base may have a head and no task of ours; its outputs are chosen by name.
        can_grow = base.card["task"] is not None and _names("head", consent.expand)
        takes_head = is_same_task or can_grow
        part: dict[str, nn.Module] = {"backbone": network.backbone}
        if takes_head:
            part["head"] = network.head
        else:  # whatever becomes of the head, the backbone speaks first
            consent = Consent(consent.new, consent.expand, (*consent.dropped, "head"))
        found = self._expansions(network, task if takes_head else None)
        inputs = _entry(network.backbone)
        loaded = nn.ModuleDict(part)
        table = load_parameters(loaded, base.parameters, base.name, consent, found, inputs)
        is_named = takes_head or _names("head", consent.new)
        if base.part("head") and not is_named:
            theirs = base.card["outputs"] if base.card["task"] is None else self._task.outputs
            raise OtherTaskError(base.name, theirs, task.outputs)
        settings = _differing(base.card["backbone"], configuration["backbone"])
        grown = {row.module for row in table.rows if row.expanded}
        network.expanded = tuple(
            name for name, _ in network.named_parameters() if name.rpartition(".")[0] in grown
        )
        checks = [self._recorded(network, task, table, settings)]
        if grown:
            checks.append(self._unchanged(network, task, table))
        return Loaded(table, tuple(checks))

    def _expansions(self, network: Network, task: Task | None) -> dict[str, Expansion | None]:
        """Find what grows; the base's own backbone and task are built only where they decide."""
        backbone, theirs = network.backbone, self.base.part("backbone")
        declared, before = backbone.columns(), {}
        if declared:
            with torch.random.fork_rng(devices=[]):
                card = self.base.card["backbone"]
                before = build(card, self.registry, schema=self.base.schema).columns()
        wider, schema = backbone.schema, self.base.schema
        found = _prefixed(
            "backbone",
            expansions(
                backbone.state_dict(),
                theirs,
                _axes(declared, wider.names, wider.event_names),
                _axes(before, schema.names, schema.event_names),
            ),
        )
        if task is not None and list(task.outputs) != list(self._task.outputs):
            after, other = (Axes({}, [tuple(t.outputs)], 0.0) for t in (task, self._task))
            heads = network.head.state_dict(), self.base.part("head")
            found |= _prefixed("head", _by_outputs(*heads, after, other))
        return found

    @cached_property
    def _task(self) -> Task:
        """The task that the card names."""
        task: Task = build(self.base.card["task"], self.registry)
        return task

    def _recorded(
        self, network: Network, task: Task, table: LoadTable, settings: list[str]
    ) -> FunctionCheck:
        said = self.base.card.get("probe")
        if said is None:
            return FunctionCheck("not checked", "the base's card has no record of its answers")
        names = [name for name in _comparable(table) if name in said]
        if not names:
            return FunctionCheck("not checked", "parts of the backbone start anew")
        events = probe_events(network.backbone.schema, said["codes"], said["seed"])
        found = answers(network.backbone, network.head, events)
        if "prediction" in names:
            found["prediction"] = found["prediction"][:, columns_of(said, task.outputs)]
        apart = self._hold(found, said, names, said["tolerance"], settings)
        what = f"the {' and '.join(names)} that its card records"
        return FunctionCheck("agrees", what, apart, said["tolerance"])

    def _unchanged(self, network: Network, task: Task, table: LoadTable) -> FunctionCheck:
        """Hold an expanded network against the base, in double precision."""
        if not (names := _comparable(table)):
            return FunctionCheck("not checked", "parts of the expanded backbone start anew")
        backbone, head = _as_it_was(self.base, self.registry, has_head="prediction" in names)
        pairs = [(backbone, head), (network.backbone, network.head if head else None)]
        found = []
        for one, other in pairs:
            events = probe_events(one.schema, backbone.codes, seed=1).to("cpu", torch.float64)
            exact = other and deepcopy(other).double()
            found.append(answers(deepcopy(one).double(), exact, events))
        if "prediction" in names:
            at = columns_of({"outputs": self._task.outputs}, task.outputs)
            found[1]["prediction"] = found[1]["prediction"][:, at]
        apart = self._hold(found[1], found[0], names, UNCHANGED, [])
        what = f"the {' and '.join(names)} of the base before it was expanded"
        return FunctionCheck("agrees", what, apart, UNCHANGED)

    def _hold(
        self,
        found: Mapping[str, Tensor],
        wanted: Mapping[str, Any],
        names: list[str],
        tolerance: float,
        settings: list[str],
    ) -> float:
        largest = 0.0
        for name in names:
            apart = difference(found[name], torch.as_tensor(wanted[name]))
            if not apart <= tolerance:
                raise FunctionDiffersError(self.base.name, name, apart, tolerance, settings)
            largest = max(largest, apart)
        return largest


def recorded(base: Base, registry: Registry) -> dict[str, Any]:
    """Ask a base that has no record of its answers yet, as its card describes it.

    Parameters
    ----------
    base
        With its card.
    registry
        What is installed.

    Returns
    -------
    dict
        The record, for its card.
    """
    has_head = bool(base.part("head")) and base.card["task"] is not None
    outputs = build(base.card["task"], registry).outputs if has_head else ()
    return record(*_as_it_was(base, registry, has_head=has_head), outputs)


def _as_it_was(
    base: Base, registry: Registry, *, has_head: bool
) -> tuple[Backbone, nn.Module | None]:
    """Build what the card describes, with the base's parameters."""
    head: nn.Module | None = None
    with torch.random.fork_rng(devices=[]):
        backbone: Backbone = build(base.card["backbone"], registry, schema=base.schema)
        if has_head:
            head = build(base.card["task"], registry).head(backbone.width)
    parts: dict[str, nn.Module] = {"backbone": backbone} | ({"head": head} if head else {})
    own = {n: t for n, t in base.parameters.items() if n.partition(".")[0] in parts}
    load_parameters(nn.ModuleDict(parts), own, base.name)
    return backbone, head


def _axes(
    declared: Mapping[str, Columns], names: tuple[str, ...], event_names: tuple[str, ...]
) -> Axes:
    return Axes(declared, [names, event_names, (*names, *event_names)])


def _by_outputs(
    own: Mapping[str, Tensor], theirs: Mapping[str, Tensor], after: Axes, before: Axes
) -> dict[str, Expansion | None]:
    """Find the tensors of a head that grow; new outputs follow those of the base."""
    (ours,), (base,) = after.orders, before.orders
    if ours[: len(base)] == base:
        return expansions(own, theirs, after, before)
    is_output = {n for n, t in own.items() if len(ours) in t.shape and n in theirs}
    return dict.fromkeys(sorted(is_output))


def _prefixed(part: str, found: Mapping[str, Expansion | None]) -> dict[str, Expansion | None]:
    return {f"{part}.{name}": grown for name, grown in found.items()}


def _names(part: str, modules: tuple[str, ...]) -> bool:
    return any(module.partition(".")[0] == part for module in modules)


def _entry(backbone: Backbone) -> set[str]:
    """Name the tensors of the first block, as the base has them."""
    first = {id(p) for block in list(backbone.blocks())[:1] for p in block.parameters()}
    return {f"backbone.{name}" for name, p in backbone.named_parameters() if id(p) in first}


def _comparable(table: LoadTable) -> list[str]:
    """Name the answers that nothing random has a part in."""
    parts: dict[str, int] = {}
    for row in table.rows:
        part = row.module.partition(".")[0]
        parts[part] = parts.get(part, 0) + row.new
    if parts["backbone"]:
        return []
    has_head = any(row.matched for row in table.rows if row.module.partition(".")[0] == "head")
    return ["pooled", "prediction"] if has_head and not parts["head"] else ["pooled"]


def _differing(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> list[str]:
    return [
        f"backbone.{name} is {ours.get(name)!r}, in its card {theirs.get(name)!r}"
        for name in sorted({*theirs, *ours})
        if theirs.get(name) != ours.get(name)
    ]
