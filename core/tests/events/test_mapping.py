import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from vierbein.errors.features import ExpressionError, MappingError
from vierbein.events.jagged import Jagged
from vierbein.events.mapping import Mapping
from vierbein.events.quantity import Quantity
from vierbein.events.records import Records
from vierbein.events.schema import Feature, Role
from vierbein.events.units import FACTORS

OFFSETS = np.array([0, 2, 2, 5])


def jagged(*values: float, dtype: type = np.float32) -> Jagged:
    return Jagged(np.array(values, dtype), OFFSETS)


RECORDS = Records(
    {
        "px": jagged(3000, 0, 1000, -1000, 0),
        "py": jagged(4000, 0, 0, 0, 0),
        "pz": jagged(0, 5000, 0, 0, -2000),
        "charge": jagged(1, -1, 0, 1, -1, dtype=np.int8),
        "d0": jagged(1, 2, 3, 4, 5),
        "kind": jagged(3, 1, 1, 2, 3, dtype=np.int32),
        "jet_pt": np.array([7.0, 8.0, 9.0], np.float32),
        "label": np.array([5, 6, 5], np.int32),
        "weight": np.array([1.0, -0.5, 2.0]),
        "run": np.array([2, 2, 3], np.uint32),
        "event": np.array([11, 12, 13], np.uint64),
    },
    "jets.parquet",
)
MAPPING = Mapping(
    domain="cms",
    p4={"E": "sqrt(px**2 + py**2 + pz**2)", "px": "px", "py": "py", "pz": "pz"},
    features={
        "charge": Quantity("charge", "e", role="scalar"),
        "d0": Quantity("d0", "cm", "impact parameter"),
        "fraction": Quantity("hypot(px, py) / jet_pt"),
    },
    event_features={"num": Quantity("count(px)")},
    truth={
        "is_top": Quantity("label", codes={"5": 1, "6": 0}, citation="arXiv:0000.00000"),
        "jet_pt": Quantity("jet_pt", "GeV"),
    },
    units={"px": "MeV", "py": "MeV", "pz": "MeV", "d0": "mm"},
    event_id="run * 1000 + event",
    event_weight="weight",
    pdg=Quantity("kind", codes={"1": 22, "2": 211, "3": -211}),
)


def test_momenta_come_out_in_gev_and_lengths_in_cm() -> None:
    events = MAPPING.read(RECORDS)
    assert events.p4.tolist() == [
        [5, 3, 4, 0],
        [5, 0, 0, 5],
        [1, 1, 0, 0],
        [1, -1, 0, 0],
        [2, 0, 0, -2],
    ]
    torch.testing.assert_close(events.feature("d0"), torch.tensor([0.1, 0.2, 0.3, 0.4, 0.5]))


@pytest.mark.parametrize(
    ("unit", "value"),
    [("keV", 1e-6), ("MeV", 1e-3), ("GeV", 1), ("TeV", 1e3), ("mm", 0.1), ("m", 100)],
)
def test_units_are_converted_to_gev_cm_ns(unit: str, value: float) -> None:
    assert FACTORS[unit] == value


def test_features_are_in_the_schemas_order_and_per_event_columns_are_repeated() -> None:
    events = MAPPING.read(RECORDS)
    assert events.schema.names == ("charge", "d0", "fraction")
    assert events.schema["charge"] == Feature("charge", "e", role=Role.SCALAR)
    assert events.feature("charge").tolist() == [1, -1, 0, 1, -1]
    torch.testing.assert_close(
        events.feature("fraction"), torch.tensor([5 / 7, 0, 1 / 9, 1 / 9, 0])
    )
    assert events.event_features.tolist() == [[2], [0], [3]]


def test_codes_translate_truths_and_particles() -> None:
    events = MAPPING.read(RECORDS)
    assert events.truth["is_top"].tolist() == [1, 0, 1]
    assert events.truth["is_top"].dtype == torch.int64
    assert events.truth["jet_pt"].dtype == torch.float32
    assert events.pdg.tolist() == [-211, 22, 22, 211, -211]


def test_identity_weights_and_domain_are_kept() -> None:
    events = MAPPING.read(RECORDS)
    assert events.event_id.tolist() == [2011, 2012, 3013]
    assert events.event_weight.tolist() == [1.0, -0.5, 2.0]
    assert events.domain == "cms"


def test_without_an_id_events_are_numbered_through_all_files() -> None:
    records = replace(RECORDS, entries=np.array([10, 11, 12]), first=500)
    assert replace(MAPPING, event_id="").read(records).event_id.tolist() == [510, 511, 512]


def test_cuts_select_events() -> None:
    mapping = replace(MAPPING, cuts=("count(px) > 0", "jet_pt < 8.5 or run > 5"))
    events = mapping.read(RECORDS)
    assert events.event_id.tolist() == [2011]
    assert events.num_particles.tolist() == [2]
    assert len(replace(MAPPING, cuts=("jet_pt > 100",)).read(RECORDS)) == 0


def test_at_most_so_many_particles_are_kept() -> None:
    events = replace(MAPPING, max_particles=1).read(RECORDS)
    assert events.num_particles.tolist() == [1, 0, 1]
    assert events.feature("charge").tolist() == [1, 0]
    assert events.event_features.tolist() == [[2], [0], [3]]


def test_no_records_are_no_events() -> None:
    assert len(MAPPING.read(RECORDS.without(np.array([0, 1, 2])))) == 0


def test_json_round_trip() -> None:
    mapping = replace(MAPPING, cuts=("jet_pt > 5", "run > 1"), max_particles=7)
    again = Mapping.from_json(json.loads(json.dumps(mapping.to_json())))
    assert again == mapping
    assert isinstance(again.cuts, tuple)
    assert Mapping.from_json(mapping.to_json()) == mapping
    assert again.read(RECORDS).p4.tolist() == mapping.read(RECORDS).p4.tolist()


def test_json_may_be_as_short_as_an_expression() -> None:
    mapping = Mapping.from_json(
        {
            "domain": "cms",
            "p4": dict(MAPPING.p4),
            "features": {"d0": "d0", "charge": {"value": "charge", "role": "scalar"}},
        }
    )
    assert mapping.features == {"d0": Quantity("d0"), "charge": Quantity("charge", role="scalar")}
    assert mapping.columns() == ("charge", "d0", "px", "py", "pz")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"p4": {"E": "E", "px": "px"}}, "at p4: E, px"),
        ({"p4": ["E", "px", "py", "pz"]}, "at p4:"),
        ({"p4": dict(MAPPING.p4) | {"E": 5}}, "at p4.E: 5"),
        ({"features": {"d0": {"unit": "cm"}}}, "at features.d0"),
        ({"features": {"d0": {"value": "d0", "units": "cm"}}}, "at features.d0"),
        ({"features": {"d0": {"value": "d0", "role": "spinor"}}}, "at features.d0.role: 'spinor'"),
        ({"features": {"d0": {"value": "d0", "codes": {"a": 1}}}}, "at features.d0.codes: a: 1"),
        ({"features": {"d0": {"value": "d0", "codes": {"01": 1}}}}, "at features.d0.codes: 01: 1"),
        ({"truth": {"top": 1}}, "at truth.top"),
        ({"units": {"px": "furlong"}}, "at units.px: unit 'furlong'"),
        ({"units": {"pxx": "MeV"}}, "at units.pxx: a column that is not read"),
        ({"cuts": "px > 3"}, "at cuts: 'px > 3'"),
        ({"largest_energy": 0}, "at largest_energy: 0"),
        ({"domian": "cms"}, "at domian: an unknown key"),
    ],
)
def test_a_wrong_mapping_is_refused_with_the_place(changes: dict, where: str) -> None:
    data = {"domain": "cms", "p4": dict(MAPPING.p4), "features": {"d0": "d0"}}
    with pytest.raises(MappingError) as caught:
        Mapping.from_json(data | changes)
    assert where in str(caught.value)
    assert "Expected: " in str(caught.value)


def test_a_missing_part_and_a_foreign_expression_are_refused() -> None:
    with pytest.raises(MappingError, match="at domain: nothing"):
        Mapping.from_json({"p4": dict(MAPPING.p4), "features": {}})
    with pytest.raises(ExpressionError, match="__import__"):
        replace(MAPPING, cuts=("__import__('os')",))


@pytest.mark.parametrize("field", ["cuts", "event_id", "event_weight"])
def test_what_belongs_to_an_event_cannot_belong_to_a_particle(field: str) -> None:
    mapping = replace(MAPPING, **{field: ("d0 > 0",) if field == "cuts" else "d0"})
    with pytest.raises(MappingError, match="one value a particle"):
        mapping.read(RECORDS)


def test_measured_events_are_read_without_truth_and_event_weights() -> None:
    bare = MAPPING.unlabelled()
    assert set(MAPPING.columns()) - set(bare.columns()) == {"label", "weight"}
    measured = {name: RECORDS[name] for name in bare.columns()}
    events, simulated = bare.read(Records(measured, "data.parquet")), MAPPING.read(RECORDS)
    assert events.truth == {}
    assert events.event_weight.tolist() == [1, 1, 1]
    assert torch.equal(events.p4, simulated.p4)
    assert torch.equal(events.features, simulated.features)


def test_a_unit_of_truth_alone_leaves_with_it() -> None:
    truth = {"depth": Quantity("max(d0)", "cm")}
    bare = replace(MAPPING, features={}, truth=truth).unlabelled()
    assert "d0" not in bare.units
    assert bare.units == {"px": "MeV", "py": "MeV", "pz": "MeV"}
