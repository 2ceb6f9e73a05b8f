"""A detector's records -> events, said in data: the whole of most adapters."""

import re
from collections.abc import Mapping as MappingType
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from vierbein.errors.features import MappingError
from vierbein.errors.records import ShapeMismatchError
from vierbein.events.batch import EventBatch
from vierbein.events.checks import check_column, check_finite, check_p4, check_pdg, refuse
from vierbein.events.expression import Expression, Value
from vierbein.events.jagged import Jagged
from vierbein.events.records import Records
from vierbein.events.schema import Feature, FeatureSchema, Role
from vierbein.events.units import factor

P4 = ("E", "px", "py", "pz")


@dataclass(frozen=True)
class Quantity:
    """One column of an event, as an expression of the file's columns.

    Parameters
    ----------
    value
        An `Expression`, in the program's units.
    unit
        Its unit.
    meaning
        In words.
    role
        How it changes under rotations and boosts.
    codes
        A translation of whole numbers, for classes and particle kinds; a number that is not in it
        is an error.
    citation
        Where a truth is defined.
    """

    value: str
    unit: str = "1"
    meaning: str = ""
    role: str = Role.DETECTOR.value
    codes: MappingType[str, int] = field(default_factory=dict)
    citation: str = ""


@dataclass(frozen=True)
class Mapping:
    """How the columns of a file become events; data only, so that a bundle can carry it.

    Parameters
    ----------
    domain
        The detector domain of the events.
    p4
        Expressions for ``E``, ``px``, ``py`` and ``pz``.
    features
        Per-particle features by name, in the order of the schema.
    event_features
        Per-event features by name.
    truth
        Generator-level labels by name.
    units
        The file's unit of each column that is not in GeV, cm, ns or a pure number.
    event_id
        Expression for the events' unique numbers; their position in the dataset if empty.
    event_weight
        Expression for the event weights; ones if empty.
    pdg
        PDG codes, where the detector identifies particles.
    cuts
        Expressions that an event must fulfil.
    max_particles
        Particles kept in each event, from the front; 0 keeps all. Part of the selection, recorded
        in the card.
    largest_energy
        In GeV: an event with more than this in all was written in another unit.

    Raises
    ------
    MappingError
        If a part is missing or not in the closed language.
    """

    domain: str
    p4: MappingType[str, str]
    features: MappingType[str, Quantity]
    event_features: MappingType[str, Quantity] = field(default_factory=dict)
    truth: MappingType[str, Quantity] = field(default_factory=dict)
    units: MappingType[str, str] = field(default_factory=dict)
    event_id: str = ""
    event_weight: str = ""
    pdg: Quantity | None = None
    cuts: tuple[str, ...] = ()
    max_particles: int = 0
    largest_energy: float = 14_000.0

    def __post_init__(self) -> None:
        if set(self.p4) != set(P4):
            raise MappingError("p4", ", ".join(self.p4) or "nothing", ", ".join(P4))
        for where, text in self._expressions().items():
            if not isinstance(text, str):
                raise MappingError(where, repr(text), "an expression")
        read = self.columns()
        for column, unit in self.units.items():
            factor(unit, column)
            if column not in read:  # a misspelt name would leave its column in another unit
                raise MappingError(f"units.{column}", "a column that is not read", ", ".join(read))
        for where, quantity in self._quantities().items():
            _check_quantity(where, quantity)
        if not self.largest_energy > 0:
            raise MappingError("largest_energy", repr(self.largest_energy), "more than 0 GeV")

    @property
    def schema(self) -> FeatureSchema:
        """Names, units and roles of what it gives."""

        def features(quantities: MappingType[str, Quantity]) -> tuple[Feature, ...]:
            return tuple(
                Feature(name, q.unit, q.meaning, Role(q.role)) for name, q in quantities.items()
            )

        return FeatureSchema(features(self.features), features(self.event_features))

    def columns(self) -> tuple[str, ...]:
        """Name the file's columns that it reads, sorted."""
        texts = self._expressions().values()
        return tuple(sorted({column for text in texts for column in Expression(text).columns}))

    def read(self, records: Records) -> EventBatch:
        """Turn records into events.

        Raises
        ------
        MissingColumnError
            If the file lacks a column.
        BadRecordsError
            If a value is NaN or infinite, an energy is negative or in another unit, or a particle
            code is unknown.
        """
        columns, offsets = self._columns_of(records)
        at = _Reader(columns, offsets, records)
        p4 = np.stack([at.particles(self.p4[name]) for name in P4], axis=1)
        check_p4(p4, offsets, records, self.largest_energy)
        features = [at.quantity(name, q, "particle") for name, q in self.features.items()]
        per_event = [at.quantity(name, q, "event") for name, q in self.event_features.items()]
        num_events = len(offsets) - 1
        pdg = None
        if self.pdg is not None:
            pdg = at.quantity("pdg", self.pdg, "particle").astype(np.int64)
            check_pdg(pdg, offsets, records)
        ids = at.events(self.event_id) if self.event_id else records.numbers
        batch = EventBatch(
            self.schema,
            torch.from_numpy(p4.astype(np.float32)),
            _columns_tensor(features, len(p4)),
            torch.from_numpy(offsets),
            pdg=None if pdg is None else torch.from_numpy(pdg),
            event_features=_columns_tensor(per_event, num_events),
            truth={n: _truth_tensor(at.quantity(n, q, "event")) for n, q in self.truth.items()},
            event_weight=_weights(at, self.event_weight, num_events),
            event_id=torch.from_numpy(ids.astype(np.int64)),
            domain=self.domain,
        )
        batch = batch.take(torch.from_numpy(np.flatnonzero(at.selected(self.cuts))))
        return batch.leading(self.max_particles) if self.max_particles else batch

    def to_json(self) -> dict[str, Any]:
        """Give the mapping as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: MappingType[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        MappingError
            If a key is unknown or a part is missing.
        """
        known = set(cls.__dataclass_fields__)
        if unknown := sorted(set(data) - known):
            raise MappingError(unknown[0], "an unknown key", f"one of {', '.join(sorted(known))}")
        if lacking := sorted({"domain", "p4", "features"} - set(data)):
            raise MappingError(lacking[0], "nothing", "a value")
        parts = dict(data)
        for name in ("p4", "units", "features", "event_features", "truth"):
            if not isinstance(data.get(name, {}), MappingType):
                raise MappingError(name, repr(data[name]), "names and their values")
        for name in ("features", "event_features", "truth"):
            given = data.get(name, {})
            parts[name] = {key: _quantity(q, f"{name}.{key}") for key, q in given.items()}
        if data.get("pdg") is not None:
            parts["pdg"] = _quantity(data["pdg"], "pdg")
        if not isinstance(data.get("cuts", ()), list | tuple):
            raise MappingError("cuts", repr(data["cuts"]), "a list of expressions")
        parts["cuts"] = tuple(data.get("cuts", ()))
        return cls(**parts)

    def _quantities(self) -> dict[str, Quantity]:
        kinds = ("features", "event_features", "truth")
        found = {f"{kind}.{name}": q for kind in kinds for name, q in getattr(self, kind).items()}
        return found if self.pdg is None else {**found, "pdg": self.pdg}

    def _expressions(self) -> dict[str, str]:
        """Give every expression, by its place in the mapping."""
        one = {"event_id": self.event_id, "event_weight": self.event_weight}
        return {
            **{f"p4.{name}": text for name, text in self.p4.items()},
            **{where: quantity.value for where, quantity in self._quantities().items()},
            **{f"cuts.{index}": text for index, text in enumerate(self.cuts)},
            **{where: text for where, text in one.items() if text},
        }

    def _columns_of(self, records: Records) -> tuple[dict[str, Value], NDArray[np.int64]]:
        columns: dict[str, Value] = {}
        offsets, first = None, ""
        for name in self.columns():
            column = records[name]
            values: NDArray[Any] = column.values if isinstance(column, Jagged) else column
            check_column(name, column, records)
            if name in self.units:
                values = values * np.float64(factor(self.units[name], name))
            columns[name] = Value(values, isinstance(column, Jagged))
            if not isinstance(column, Jagged):
                continue
            if offsets is None:
                offsets, first = column.offsets, name
            elif not np.array_equal(offsets, column.offsets):
                entry = int(np.flatnonzero(np.diff(offsets) != np.diff(column.offsets))[0])
                raise ShapeMismatchError(records.file, first, name, int(records.positions[entry]))
        if offsets is None:
            raise MappingError("p4", "no column with a value for each particle", "at least one")
        return columns, offsets.astype(np.int64)


@dataclass(frozen=True)
class _Reader:
    """Evaluates a mapping's quantities on one run of records."""

    columns: MappingType[str, Value]
    offsets: NDArray[np.int64]
    records: Records

    def particles(self, text: str) -> NDArray[Any]:
        value = Expression(text).evaluate(self.columns, self.offsets)
        if value.is_jagged:
            return value.array
        per_event = np.broadcast_to(value.array, (len(self.offsets) - 1,))
        return np.repeat(per_event, np.diff(self.offsets))

    def events(self, text: str) -> NDArray[Any]:
        value = Expression(text).evaluate(self.columns, self.offsets)
        if value.is_jagged:
            raise MappingError(text, "one value a particle", "one value an event")
        return np.broadcast_to(value.array, (len(self.offsets) - 1,))

    def quantity(self, name: str, quantity: Quantity, level: str) -> NDArray[Any]:
        if level == "particle":
            values, offsets = self.particles(quantity.value), self.offsets
        else:
            values, offsets = self.events(quantity.value), np.arange(len(self.offsets))
        if not quantity.codes:
            check_finite(name, values, offsets, self.records, f"no number for {quantity.value}")
            return values
        return _translate(name, values, quantity.codes, offsets, self.records)

    def selected(self, cuts: tuple[str, ...]) -> NDArray[np.bool_]:
        passed = np.ones(len(self.offsets) - 1, dtype=bool)
        for cut in cuts:
            passed &= self.events(cut).astype(bool)
        return passed


def _translate(
    name: str,
    values: NDArray[Any],
    codes: MappingType[str, int],
    offsets: NDArray[np.int64],
    records: Records,
) -> NDArray[np.int64]:
    keys = np.array(sorted(int(key) for key in codes))
    place = np.clip(np.searchsorted(keys, values), 0, len(keys) - 1)
    unknown = keys[place] != values
    if unknown.any():
        expected = f"one of {', '.join(map(str, keys))}"
        refuse(unknown, offsets, records, name, f"the code {values[unknown][0]}", expected)
    return np.array([codes[str(key)] for key in keys])[place]


def _check_quantity(where: str, quantity: Quantity) -> None:
    roles = [role.value for role in Role]
    if quantity.role not in roles:
        raise MappingError(f"{where}.role", repr(quantity.role), f"one of {', '.join(roles)}")
    for key, code in quantity.codes.items():
        if not re.fullmatch(r"-?(0|[1-9]\d*)", str(key)) or not isinstance(code, int):
            raise MappingError(f"{where}.codes", f"{key}: {code}", "whole numbers")


def _quantity(data: Any, where: str) -> Quantity:
    if isinstance(data, Quantity):
        return data
    if isinstance(data, str):
        return Quantity(data)
    known = set(Quantity.__dataclass_fields__)
    if not isinstance(data, MappingType) or "value" not in data or not set(data) <= known:
        raise MappingError(where, str(data), f"value and any of {', '.join(sorted(known))}")
    return Quantity(**data)


def _columns_tensor(columns: list[NDArray[Any]], length: int) -> torch.Tensor:
    if not columns:
        return torch.zeros(length, 0)
    return torch.from_numpy(np.stack(columns, axis=1).astype(np.float32))


def _truth_tensor(values: NDArray[Any]) -> torch.Tensor:
    kind = np.int64 if values.dtype.kind in "iub" else np.float32
    return torch.from_numpy(np.array(values, dtype=kind))  # a copy: broadcasts are read-only


def _weights(at: _Reader, text: str, num_events: int) -> torch.Tensor:
    values = at.quantity("event_weight", Quantity(text), "event") if text else np.ones(num_events)
    return torch.from_numpy(values.astype(np.float32))
