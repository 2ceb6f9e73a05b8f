"""The contract of adapters."""

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from vierbein.errors.records import BadRecordsError, MissingColumnError
from vierbein.events.batch import EventBatch
from vierbein.events.expression import Expression
from vierbein.events.mapping import Mapping as EventMapping
from vierbein.events.records import Records
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.adapter import Adapter
from vierbein.testing.by_hand import events_of
from vierbein.testing.check import check
from vierbein.testing.component import ComponentContract
from vierbein.testing.demand import demand, refuse
from vierbein.testing.event_columns import column_of, columns_of
from vierbein.testing.made_records import made_records, plain_column, taken
from vierbein.testing.pdg import charge_of
from vierbein.testing.spoilt_records import scaled, spoilt

FILE_UNITS: Final = ("eV", "keV", "MeV", "TeV", "um", "mm", "m", "km", "ps", "us", "ms")
"""Units that a file may have, and a feature never: inside all is GeV, cm and ns."""

SINGLE: Final = 1e-5
"""Rounding of single precision after a few operations, over the size of the value."""

_RECORDS: Final = 12


class AdapterContract(ComponentContract):
    """What an adapter must do: `class TestMine(AdapterContract): component = "mine"`.

    The kit makes records from the mapping. A wrong unit or code that is wrong throughout shows only
    in records of the detector: give some by `records`, and what they must become by `expected`.
    """

    kind: ClassVar[str] = "adapter"
    interface: ClassVar[type] = Adapter

    def example(self) -> Adapter:
        """Build one."""
        made: Adapter = self.made()
        return made

    def records(self) -> Records:
        """Give records that it reads; override to give some of the detector."""
        found = made_records(self.example(), _RECORDS)
        if found is None:
            refuse(
                f"The kit must have records that adapter={self.component} reads.",
                "It kept none of those that were made from its mapping's columns.",
                "Give some of the detector, a dozen are enough:  def records(self) -> Records",
            )
        return found

    def expected(self) -> Mapping[str, Any]:
        """Give what `records` must become, particle by particle or event by event.

        By the names `p4` (GeV), `pdg`, `event_weight`, `event_id`, `features.NAME`,
        `event_features.NAME`, `truth.NAME`; override together with `records`.
        """
        return {}

    @check(since="0.1")
    def test_schema_is_valid(self) -> None:
        """Its features have names, known roles and units of the program, and survive JSON."""
        schema = self.example().schema
        names = (*schema.names, *schema.event_names)
        demand(
            names and len(set(names)) == len(names),
            "An adapter's features must have names, each its own.",
            f"They are {', '.join(names) or 'none'}.",
            "Name them in the mapping's `features`.",
        )
        for feature in (*schema.features, *schema.event_features):
            unit = feature.unit.removeprefix("log(").removesuffix(")")
            demand(
                unit and unit not in FILE_UNITS,
                f"The feature {feature.name!r} must be in GeV, cm, ns or a pure number.",
                f"Its unit is {feature.unit!r}.",
                "Say the file's unit under `units`, and the feature's own in its quantity.",
            )
        again = FeatureSchema.from_json(json.loads(json.dumps(schema.to_json())))
        demand(
            again == schema,
            "The schema must survive JSON: it travels in bundles.",
            f"{schema} became {again}.",
            "Use text for names, units and meanings.",
        )

    @check(since="0.1")
    def test_reads_records(self) -> None:
        """It makes finite events of its schema and domain, each with an id of its own."""
        adapter, records = self.example(), self.records()
        events = adapter.read(records)
        demand(
            0 < len(events) <= len(records),
            f"It must make events of {len(records)} good records, at most one of each.",
            f"It made {len(events)}.",
            "Look at the cuts; give records that pass them by `records`.",
        )
        demand(
            events.schema == adapter.schema and events.domain == adapter.domain,
            "Events must have the adapter's schema and domain.",
            f"They have {events.schema} of {events.domain!r}.",
            "Let `schema` and `domain` describe what `read` gives.",
        )
        for name in ("p4", "features", "event_features", "event_weight"):
            values = getattr(events, name)
            demand(
                bool(values.isfinite().all()) and values.dtype == torch.float32,
                f"EventBatch.{name} must be finite numbers in single precision.",
                f"It is {values.dtype}, {int((~values.isfinite()).sum())} of its values are not "
                "finite.",
                "Refuse or repair them in `read`; convert by `.float()`.",
            )
        ids = set(events.event_id.tolist())
        demand(
            len(ids) == len(events),
            "Every event must have an id of its own: splits are made by it.",
            f"{len(events)} events have {len(ids)} ids.",
            "Map `event_id` to a unique number, or leave it out to count the records.",
        )

    @check(since="0.1")
    def test_closure(self) -> None:
        """What it reads is what its mapping says, worked out by hand from the same records."""
        adapter, records = self.example(), self.records()
        events, wanted = adapter.read(records), [*events_of(adapter.mapping, records)]
        lengths = [len(event.p4) for event in wanted]
        demand(
            events.num_particles.tolist() == lengths,
            "It must keep the events that pass the mapping's cuts, with `max_particles` of each.",
            f"It gives events of {events.num_particles.tolist()} particles; by hand {lengths}.",
            "Let `read` do what the mapping declares: a bundle carries the mapping alone.",
        )
        for name, values in columns_of(adapter.mapping, wanted).items():
            self._agree(name, column_of(events, name), values)

    @check(since="0.1")
    def test_expected_events(self) -> None:
        """The author's own records become the events that the author expects."""
        expected = self.expected()
        if not expected:
            pytest.skip("no expected(): only it shows a unit or code that is wrong throughout")
        events = self.example().read(self.records())
        for name, values in expected.items():
            self._agree(name, column_of(events, name), np.asarray(values, dtype=np.float64))

    @check(since="0.1")
    def test_four_momenta_are_physical(self) -> None:
        """No particle has more momentum than energy."""
        adapter, records = self.example(), self.records()
        is_own = type(self).records is not AdapterContract.records
        by_hand = columns_of(adapter.mapping, [*events_of(adapter.mapping, records)])["p4"]
        if not is_own and _excess(by_hand) > SINGLE:
            pytest.skip("made records cannot tell: energy and momenta are independent columns")
        excess = _excess(adapter.read(records).p4.double().numpy())
        demand(
            excess <= 10 * SINGLE,
            "A particle's energy must be at least its momentum.",
            f"A momentum is {1 + excess:.4g} times its energy.",
            "Give energy and momenta in one unit: say under `units` what the file has.",
        )

    @check(since="0.1")
    def test_pdg_codes(self) -> None:
        """Its codes are those of the Particle Data Group, and their charges the particles'."""
        adapter, records = self.example(), self.records()
        if adapter.mapping.pdg is None:
            pytest.skip("it gives no PDG codes")
        events = adapter.read(records)
        given = events.pdg
        demand(
            given is not None and given.dtype == torch.int64,
            "Events must carry the PDG codes that the mapping declares.",
            f"They carry {None if given is None else given.dtype}.",
            "Give `pdg` to the EventBatch.",
        )
        charged = [f.name for f in adapter.schema.features if f.unit == "e"]
        if not charged or type(self).records is AdapterContract.records:
            return  # made records have charges that belong to no particle
        found = events.feature(charged[0]).double().numpy()
        codes = events.pdg.numpy() if events.pdg is not None else np.zeros(0, int)
        wanted = np.array([charge_of(int(code)) for code in codes])
        wrong = np.flatnonzero(np.abs(found - wanted) > SINGLE)
        demand(
            not len(wrong),
            f"A particle's {charged[0]!r} must be the charge of its PDG code.",
            f"{len(wrong)} differ; the first has code {codes[wrong[:1]]} and charge "
            f"{found[wrong[:1]]}.",
            "Mend the `codes` of the mapping's `pdg`; antiparticles are negative (11 is e-).",
        )

    @check(since="0.1")
    def test_refuses_what_is_no_number(self) -> None:
        """A NaN in any column that it reads is refused, with the column and the entry."""
        adapter, records = self.example(), self.records()
        for name in adapter.columns():
            bad, entry = spoilt(records, name, np.nan)
            self._refused(adapter, bad, name, f"NaN in column {name!r}", entry)

    @check(since="0.1")
    def test_refuses_another_unit(self) -> None:
        """Four-momenta a million times too large are another unit, and refused."""
        adapter, records = self.example(), self.records()
        texts = adapter.mapping.p4.values()
        names = {name for text in texts for name in Expression(text).columns}
        columns = {
            name: scaled(column, 1e6) if name in names else column
            for name, column in records.columns.items()
        }
        self._refused(adapter, replace(records, columns=columns), "", "energies in another unit")

    @check(since="0.1")
    def test_refuses_unknown_codes(self) -> None:
        """A number that is not among a quantity's codes is refused."""
        adapter, records = self.example(), self.records()
        mapping = adapter.mapping
        quantities = [*mapping.features.values(), *mapping.event_features.values()]
        quantities += [*mapping.truth.values(), *([mapping.pdg] if mapping.pdg else [])]
        coded = {plain_column(q.value) for q in quantities if q.codes or q is mapping.pdg} - {""}
        if not coded:
            pytest.skip("no column of its mapping is a code")
        for name in sorted(coded):
            bad, _ = spoilt(records, name, 987_654_320)
            self._refused(adapter, bad, "", f"an unknown code in column {name!r}")

    @check(since="0.1")
    def test_refuses_missing_columns(self) -> None:
        """A file that lacks a column that it reads is refused, and the column named."""
        adapter, records = self.example(), self.records()
        for name in adapter.columns():
            left = {key: column for key, column in records.columns.items() if key != name}
            found = _answer(adapter, replace(records, columns=left))
            demand(
                isinstance(found, MissingColumnError) and name in str(found),
                f"Records without the column {name!r} must be refused by a MissingColumnError.",
                f"What came: {_shown(found)}.",
                "Take columns by `records[name]`, which raises it.",
            )

    @check(since="0.1")
    def test_ignores_other_columns(self) -> None:
        """Columns that it does not name change nothing."""
        adapter, records = self.example(), self.records()
        named = {name: records[name] for name in adapter.columns()}
        other = {**named, "a_column_of_another_detector": np.full(len(records), np.nan)}
        one, two = (adapter.read(replace(records, columns=c)) for c in (named, other))
        self._same(one, two, "Columns that `columns()` does not name must not matter")

    @check(since="0.1")
    def test_reads_in_runs(self) -> None:
        """Records read in several runs become the same events."""
        adapter, records = self.example(), self.records()
        cut = len(records) // 2
        runs = [np.arange(cut), np.arange(cut, len(records))]
        parts = [
            adapter.read(replace(taken(records, run), entries=run)) for run in runs if len(run)
        ]
        whole = adapter.read(replace(records, entries=np.arange(len(records))))
        asked = "Where a run of records ends must not matter"
        self._same(whole, EventBatch.concatenate(parts), asked)

    @check(since="0.1")
    def test_reads_measured_events(self) -> None:
        """Without labels it needs no truth and no event weight: real data have neither."""
        adapter, records = self.example(), self.records()
        names = adapter.columns(labelled=False)
        demand(
            set(names) <= set(adapter.columns()),
            "columns(labelled=False) must be among columns().",
            f"{', '.join(sorted(set(names) - set(adapter.columns())))} is not.",
            "Leave the truths' columns and the event weight's out, and add none.",
        )
        bare = replace(records, columns={name: records[name] for name in names})
        events = adapter.read(bare, labelled=False)
        demand(
            not events.truth and bool((events.event_weight == 1).all()),
            "Measured events have no truth, and weights of one.",
            f"They have {', '.join(events.truth) or 'no truth'}, weights up to "
            f"{float(events.event_weight.max()):g}.",
            "Pass `labelled` on to the mapping: self._mapping(labelled=labelled).",
        )

    @check(since="0.1")
    def test_mapping_round_trip(self) -> None:
        """Its mapping survives JSON, and reads the same events: a bundle carries it."""
        adapter = self.example()
        data = json.loads(json.dumps(adapter.mapping.to_json()))
        again = EventMapping.from_json(data)
        demand(
            again.to_json() == adapter.mapping.to_json() and again.schema == adapter.schema,
            "The mapping must survive JSON.",
            f"{adapter.mapping} became {again}.",
            "Use text and numbers in it.",
        )
        records = self.records()
        asked = "A mapping that came back from JSON must read the same events"
        self._same(adapter.mapping.read(records), again.read(records), asked)

    @check(since="0.1")
    def test_truths_are_cited(self) -> None:
        """Every truth says where it is defined."""
        truths = self.example().mapping.truth.items()
        bare = [name for name, quantity in truths if not quantity.citation.strip()]
        demand(
            not bare,
            "A truth must say where it is defined, so that two collaborations mean the same.",
            f"{', '.join(bare)} does not.",
            'Add a citation to the quantity: citation="arXiv:..." or the software and version.',
        )

    def _agree(self, name: str, found: NDArray[Any], wanted: NDArray[Any]) -> None:
        demand(
            found.shape == wanted.shape,
            f"{name} must have the shape {wanted.shape}.",
            f"It has {found.shape}.",
            "Give one row a particle, or one value an event, of the events that pass the cuts.",
        )
        scale = np.abs(wanted).max(axis=-1, keepdims=True) if wanted.ndim > 1 else np.abs(wanted)
        wrong = np.abs(found - wanted) > SINGLE * np.maximum(scale, 1e-3)
        where = tuple(int(i) for i in np.argwhere(wrong)[0]) if wrong.any() else ()
        demand(
            not wrong.any(),
            f"{name} must be what the records say, in GeV, cm and ns.",
            f"{int(wrong.sum())} of {wrong.size} values differ; at {where} is "
            f"{found[where] if where else 0:.6g}, wanted {wanted[where] if where else 0:.6g}.",
            "Look at `units`, at `codes`, and at what `read` adds to the mapping.",
        )

    def _refused(
        self, adapter: Adapter, records: Records, name: str, what: str, entry: int | None = None
    ) -> None:
        found = _answer(adapter, records)
        is_named = isinstance(found, BadRecordsError) and name in str(found)
        demand(
            is_named and (entry is None or f"entry {entry}" in str(found)),
            f"Records with {what} must be refused by a BadRecordsError with column and entry.",
            f"What came: {_shown(found)}.",
            "Read by the mapping, or raise BadRecordsError with file, entry and column.",
        )

    def _same(self, first: EventBatch, second: EventBatch, asked: str) -> None:
        names = ["p4", "features", "offsets", "event_features", "event_weight", "event_id"]
        differing = [
            name for name in names if not torch.equal(getattr(first, name), getattr(second, name))
        ]
        differing += [n for n, v in first.truth.items() if not torch.equal(v, second.truth[n])]
        demand(
            not differing,
            f"{asked}.",
            f"{', '.join(differing)} differs.",
            "Let each event depend on its own record alone.",
        )


def _answer(adapter: Adapter, records: Records) -> EventBatch | Exception:
    try:
        return adapter.read(records)
    except Exception as error:  # noqa: BLE001 - whatever an adapter's code raises is the answer
        return error


def _shown(found: EventBatch | Exception) -> str:
    if isinstance(found, EventBatch):
        return f"{len(found)} events, and no error"
    return f"{type(found).__name__}: {str(found).partition(chr(10))[0]}"


def _excess(p4: NDArray[np.float64]) -> float:
    """Give by how much a momentum exceeds its energy, over the energy."""
    momentum = np.linalg.norm(p4[:, 1:], axis=1)
    energy = np.maximum(p4[:, 0], np.finfo(np.float32).tiny)
    return float(np.max(momentum / energy - 1, initial=-math.inf)) if len(p4) else 0.0
