import numpy as np
import pytest

from vierbein.events.jagged import Jagged
from vierbein_collider.datasets.jet_anomalies import JetAnomalies
from vierbein_collider.datasets.jet_sample import JetSample
from vierbein_collider.errors import SeedRangeError
from vierbein_collider.generation.blocks import generate
from vierbein_collider.generation.detectors import DETECTORS
from vierbein_collider.generation.processes import PROCESSES
from vierbein_collider.generation.signals import KNOWN
from vierbein_collider.jet_columns import (
    CODE_PARTICLE_COLUMNS,
    FLOAT_PARTICLE_COLUMNS,
    JET_COLUMNS,
    MAX_SEED,
)

COLUMNS = ("event_id", "process", *JET_COLUMNS, *FLOAT_PARTICLE_COLUMNS, *CODE_PARTICLE_COLUMNS)


def make(domain, processes, num_jets, seed):
    chosen = [KNOWN[name] for name in processes]
    return next(generate(DETECTORS[domain], chosen, num_jets, seed))


def assert_begins_with(long, short):
    """Every column of `short` has the bytes that `long` begins with."""
    for name in COLUMNS:
        first, column = long[name], short[name]
        assert type(first) is type(column)
        if isinstance(column, Jagged):
            assert np.array_equal(first.offsets[: len(column) + 1], column.offsets), name
            first, column = first.values[: len(column.values)], column.values
        assert first.dtype == column.dtype, name
        assert first[: len(column)].tobytes() == column.tobytes(), name


def test_a_seed_that_does_not_fit_is_refused():
    with pytest.raises(SeedRangeError, match="between 0 and 16777215"):
        make("cms", ["qcd"], 1, MAX_SEED + 1)


@pytest.mark.generator
def test_the_shipped_bytes_come_out_again(domain):
    pytest.importorskip("pythia8mc")
    pytest.importorskip("fastjet")
    sample = JetSample(domain)
    again = make(domain, ["qcd", "top"], 8, sample.shipped.card["seed"])
    assert_begins_with(next(sample.read(COLUMNS)), again)


@pytest.mark.generator
@pytest.mark.parametrize(
    ("domain", "signal"),
    [
        ("atlas", "light_ww"),
        ("atlas", "emerging"),
        ("atlas", "hot_cell"),
        ("calo", "displaced"),
        ("calo", "dead_region"),
    ],
)
def test_the_shipped_signals_come_out_again(domain, signal):
    """Alone, too: what is made of a process does not depend on the others."""
    pytest.importorskip("pythia8mc")
    pytest.importorskip("fastjet")
    bank = JetAnomalies(domain)
    again = make(domain, [signal], 4, bank.shipped.card["seed"])
    assert_begins_with(next(bank.samples()[signal].read(COLUMNS)), again)


@pytest.mark.generator
def test_the_shipped_jets_of_high_fidelity_come_out_again(domain):
    pytest.importorskip("pythia8mc")
    pytest.importorskip("fastjet")
    sample = JetSample(domain, "high_fidelity")
    again = make(domain, ["qcd", "top"], 6, sample.shipped.card["seed"])
    assert_begins_with(next(sample.read(COLUMNS)), again)


@pytest.mark.generator
def test_the_first_jets_do_not_depend_on_how_many_are_asked_for():
    pytest.importorskip("pythia8mc")
    pytest.importorskip("fastjet")
    long, short = make("calo", ["qcd", "top"], 120, 1), make("calo", ["qcd", "top"], 7, 1)
    assert len(short) == 7
    assert_begins_with(long, short)
    other = make("calo", ["qcd", "top"], 7, 2)
    assert not np.intersect1d(other["jet_pt"], short["jet_pt"]).size
    assert not np.intersect1d(other["event_id"], short["event_id"]).size


@pytest.mark.generator
@pytest.mark.parametrize(
    ("process", "low", "high"), [("w", 78, 90), ("z", 89, 101), ("hbb", 113, 130)]
)
def test_boson_jets_have_the_bosons_mass(process, low, high):
    pytest.importorskip("pythia8mc")
    pytest.importorskip("fastjet")
    masses = make("cms", [process], 60, 1)["jet_mass"]
    assert low < np.median(masses) < high


@pytest.mark.generator
def test_gluon_jets_have_more_particles_than_quark_jets():
    pytest.importorskip("pythia8mc")
    pytest.importorskip("fastjet")
    jets = make("cms", ["quark", "gluon"], 100, 1)
    numbers = np.diff(jets["part_pt"].offsets)
    is_gluon = jets["process"] == PROCESSES["gluon"].code
    assert is_gluon.sum() == 50
    assert numbers[is_gluon].mean() > 1.2 * numbers[~is_gluon].mean()
