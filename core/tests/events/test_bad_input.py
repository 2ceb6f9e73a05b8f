"""Bad records: each gives an error that names file, entry, column, what was expected and a cure."""

from dataclasses import replace

import numpy as np
import pytest

from vierbein.errors.base import VierbeinError
from vierbein.errors.records import (
    BadRecordsError,
    MissingColumnError,
    ShapeMismatchError,
    UnusableColumnError,
)
from vierbein.events.checks import check_pdg
from vierbein.events.jagged import Jagged
from vierbein.events.mapping import Mapping
from vierbein.events.quantity import Quantity
from vierbein.events.records import Records

OFFSETS = np.array([0, 2, 2, 5])
COLUMNS = {
    "energy": np.array([10.0, 20.0, 30.0, 40.0, 50.0], np.float32),
    "px": np.array([1.0, 2.0, 3.0, 4.0, 5.0], np.float32),
    "pid": np.array([211, 22, -211, 130, 1000060120], np.int32),
    "d0": np.array([0.1, 0.2, 0.3, 0.4, 0.5], np.float32),
}
MAPPING = Mapping(
    domain="cms",
    p4={"E": "energy", "px": "px", "py": "px", "pz": "px"},
    features={"d0": Quantity("d0", "cm"), "log_d0": Quantity("log(d0)")},
    truth={"label": Quantity("label", codes={"0": 0, "1": 1})},
    pdg=Quantity("pid"),
)


def records(**columns) -> Records:
    """Three events of 2, 0 and 3 particles: entries 100, 101 and 102 of their file."""
    jagged = {n: Jagged(columns.get(n, v), OFFSETS) for n, v in COLUMNS.items()}
    label = columns.get("label", np.array([0, 1, 0]))
    return Records({**jagged, "label": label}, "jets.parquet", np.array([100, 101, 102]))


def changed(name: str, particle: int, value: float) -> Records:
    values = COLUMNS[name].copy()
    values[particle] = value
    return records(**{name: values})


def message(bad: Records, error: type[VierbeinError] = BadRecordsError) -> list[str]:
    with pytest.raises(error) as caught:
        MAPPING.read(bad)
    lines = str(caught.value).splitlines()
    assert len(lines) == 3, "what was asked, what there is, what to do"
    return lines


def test_good_records_are_read() -> None:
    assert MAPPING.read(records()).num_particles.tolist() == [2, 0, 3]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_no_number(value: float) -> None:
    what, expected, cure = message(changed("d0", 3, value))
    assert what == f"jets.parquet, entry 102: column 'd0' holds {np.float32(value)}."
    assert expected == "  Expected: a finite number."
    assert "bad_records=set_aside" in cure


def test_an_expression_that_gives_no_number() -> None:
    what, expected, _ = message(changed("d0", 1, 0.0))
    assert what == "jets.parquet, entry 100: column 'log_d0' holds no number for log(d0)."
    assert expected == "  Expected: a finite number."


def test_a_negative_energy() -> None:
    what, expected, cure = message(changed("energy", 4, -5.0))
    assert what == "jets.parquet, entry 102: column 'E' holds an energy of -5 GeV."
    assert expected == "  Expected: at least 0."
    assert "Mend the file or the adapter's mapping" in cure


@pytest.mark.parametrize(("column", "scale", "named"), [("energy", 1, "E"), ("px", 10, "p")])
def test_momenta_in_mev_are_known_by_their_size(column: str, scale: int, named: str) -> None:
    in_mev = records(**{column: COLUMNS[column] * 1000 * scale})
    what, expected, _ = message(in_mev)
    assert what.startswith(f"jets.parquet, entry 100 (and 1 more here): column {named!r} holds")
    assert "at most 14000 GeV (is the file in MeV? say so under units)" in expected


def test_the_same_momenta_declared_in_mev_are_read() -> None:
    in_mev = records(energy=COLUMNS["energy"] * 1000, px=COLUMNS["px"] * 1000)
    mapping = replace(MAPPING, units={"energy": "MeV", "px": "MeV"})
    np.testing.assert_allclose(mapping.read(in_mev).p4, MAPPING.read(records()).p4, rtol=1e-6)


def test_an_unknown_particle_code() -> None:
    what, expected, _ = message(changed("pid", 2, 7))
    assert what == "jets.parquet, entry 102: column 'pdg' holds the code 7."
    assert expected == "  Expected: a PDG particle code."


def test_a_class_that_the_mapping_does_not_know() -> None:
    what, expected, _ = message(records(label=np.array([0, 1, 4])))
    assert what == "jets.parquet, entry 102: column 'label' holds the code 4."
    assert expected == "  Expected: one of 0, 1."


def test_a_missing_column() -> None:
    columns = dict(records().columns)
    columns["d00"] = columns.pop("d0")
    what, there_is, cure = message(Records(columns, "jets.parquet"), MissingColumnError)
    assert what == "jets.parquet: there is no column 'd0'. Did you mean d00?"
    assert "5 columns: d00, energy" in there_is
    assert "adapter" in cure


def test_columns_of_two_collections() -> None:
    columns = dict(records().columns)
    columns["px"] = Jagged(COLUMNS["px"], np.array([0, 2, 3, 5]))
    what, _, cure = message(Records(columns, "jets.parquet"), ShapeMismatchError)
    assert what.startswith("jets.parquet, entry 1: columns 'd0'")
    assert "'px'" in what or "'energy'" in what
    assert "same collection" in cure


@pytest.mark.parametrize("label", [np.array(["a", "b", "c"]), np.zeros((3, 2))])
def test_a_column_that_holds_no_plain_numbers(label: np.ndarray) -> None:
    what, expected, _ = message(records(label=label), UnusableColumnError)
    assert what.startswith("jets.parquet: column 'label' cannot be used: it holds")
    assert "one number an event" in expected


def test_setting_bad_records_aside_leaves_the_rest() -> None:
    bad = changed("d0", 3, np.nan)
    with pytest.raises(BadRecordsError) as caught:
        MAPPING.read(bad)
    assert caught.value.entries == (2,)
    events = MAPPING.read(bad.without(np.array(caught.value.entries)))
    assert events.event_id.tolist() == [100, 101]
    assert events.pdg.tolist() == [211, 22]


@pytest.mark.parametrize(
    "code",
    [11, -13, 22, 211, -321, 130, 310, 2112, -3334, 511, 443, 10441, 9000211, 1000010020, -24],
)
def test_codes_of_the_particle_data_group_are_known(code: int) -> None:
    check_pdg(np.array([code]), np.array([0, 1]), records())


@pytest.mark.parametrize("code", [0, 9, 17, 99, 100, -130, 110, 210, 12345670, 999999999])
def test_other_numbers_are_no_particles(code: int) -> None:
    with pytest.raises(BadRecordsError, match=f"the code {code}"):
        check_pdg(np.array([code]), np.array([0, 1]), records())
