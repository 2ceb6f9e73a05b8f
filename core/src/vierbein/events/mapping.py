"""A detector's records -> events, said in data: the whole of most adapters."""

from collections.abc import Mapping as MappingType
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from vierbein.errors.features import MappingError
from vierbein.events.batch import EventBatch
from vierbein.events.checks import check_p4, check_pdg
from vierbein.events.expression import Expression
from vierbein.events.quantity import Quantity, check_kind
from vierbein.events.reader import Reader
from vierbein.events.records import Records
from vierbein.events.schema import Feature, FeatureSchema, Role
from vierbein.events.units import factor

P4: Final = ("E", "px", "py", "pz")
_KINDS: Final[dict[str, type]] = {
    "domain": str,
    "event_id": str,
    "event_weight": str,
    "cuts": list,
    "max_particles": int,
    "largest_energy": float,
}
"""What plain data stand under the keys that hold no names."""


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
        read = self.columns()
        for column, unit in self.units.items():
            factor(unit, column)
            if column not in read:  # a misspelt name would leave its column in another unit
                raise MappingError(f"units.{column}", "a column that is not read", ", ".join(read))
        for where, quantity in self._quantities().items():
            quantity.check(where)
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

    def unlabelled(self) -> "Mapping":
        """Give the mapping of events that were measured: without truth and event weights."""
        bare = replace(self, truth={}, event_weight="", units={})
        read = bare.columns()
        return replace(bare, units={c: unit for c, unit in self.units.items() if c in read})

    def read(self, records: Records) -> EventBatch:
        """Turn records into events.

        Parameters
        ----------
        records
            A run of them, with at least `columns()`.

        Returns
        -------
        EventBatch
            The events that pass the cuts, in the records' order and the program's units.

        Raises
        ------
        MissingColumnError
            If the file lacks a column.
        BadRecordsError
            If a value is NaN or infinite, an energy is negative or in another unit, or a particle
            code is unknown.
        """
        at = Reader.of(records, self.columns(), self.units)
        p4 = np.stack([at.particles(self.p4[name]) for name in P4], axis=1)
        check_p4(p4, at.offsets, records, self.largest_energy)
        features = [at.particle_quantity(name, q) for name, q in self.features.items()]
        per_event = [at.event_quantity(name, q) for name, q in self.event_features.items()]
        truth = {name: at.event_quantity(name, q) for name, q in self.truth.items()}
        weight = Quantity(self.event_weight or "1")
        batch = EventBatch(
            self.schema,
            torch.from_numpy(p4.astype(np.float32)),
            _columns_tensor(features, len(p4)),
            torch.from_numpy(at.offsets),
            pdg=None if self.pdg is None else _pdg_tensor(at, self.pdg),
            event_features=_columns_tensor(per_event, at.num_events),
            truth={name: _truth_tensor(values) for name, values in truth.items()},
            event_weight=torch.from_numpy(
                at.event_quantity("event_weight", weight).astype(np.float32)
            ),
            event_id=torch.from_numpy(
                (at.events(self.event_id) if self.event_id else records.numbers).astype(np.int64)
            ),
            domain=self.domain,
        )
        batch = batch.take(torch.from_numpy(at.passed(self.cuts)))
        return batch.leading(self.max_particles) if self.max_particles else batch

    def to_json(self) -> dict[str, Any]:
        """Give the mapping as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: MappingType[str, Any]) -> "Mapping":
        """Read what `to_json` wrote.

        Parameters
        ----------
        data
            Plain data by the mapping's parameters; ``domain``, ``p4`` and ``features`` must be
            there.

        Returns
        -------
        Mapping
            The mapping that was written.

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
        for name, value in data.items():
            if name != "pdg":
                check_kind(name, value, _KINDS.get(name, MappingType))
        for name in ("p4", "units"):
            for key, text in data.get(name, {}).items():
                check_kind(f"{name}.{key}", text, str)
        for name in ("features", "event_features", "truth"):
            given = data.get(name, {})
            parts[name] = {key: Quantity.from_json(q, f"{name}.{key}") for key, q in given.items()}
        if data.get("pdg") is not None:
            parts["pdg"] = Quantity.from_json(data["pdg"], "pdg")
        parts["cuts"] = tuple(data.get("cuts", ()))
        for index, text in enumerate(parts["cuts"]):
            check_kind(f"cuts.{index}", text, str)
        parts["largest_energy"] = float(data.get("largest_energy", cls.largest_energy))
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


def _columns_tensor(columns: list[NDArray[Any]], length: int) -> torch.Tensor:
    if not columns:
        return torch.zeros(length, 0)
    return torch.from_numpy(np.stack(columns, axis=1).astype(np.float32))


def _truth_tensor(values: NDArray[Any]) -> torch.Tensor:
    kind = np.int64 if values.dtype.kind in "iub" else np.float32
    return torch.from_numpy(np.array(values, dtype=kind))  # a copy: broadcasts are read-only


def _pdg_tensor(at: Reader, quantity: Quantity) -> torch.Tensor:
    pdg = at.particle_quantity("pdg", quantity).astype(np.int64)
    check_pdg(pdg, at.offsets, at.records)
    return torch.from_numpy(pdg)
