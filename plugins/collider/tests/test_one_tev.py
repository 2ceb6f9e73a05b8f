"""The jets of 1 TeV: are they what their names say, and does the trigger see less of them?"""

import hashlib
from functools import cache
from importlib.util import find_spec

import numpy as np
import pytest

from vierbein.events.batch import EventBatch
from vierbein_collider.adapters.jets_offline import JetsOffline
from vierbein_collider.adapters.jets_trigger import JetsTrigger
from vierbein_collider.datasets.jet_sample import JetSample
from vierbein_collider.datasets.pythia_jets import PythiaJets
from vierbein_collider.datasets.trigger_sample import TriggerSample
from vierbein_collider.generation.processes import PROCESSES
from vierbein_collider.jet_columns import JET_COLUMNS

CLASSES = ("quark", "gluon", "w", "z", "top")
MASSES = {"w": 80.4, "z": 91.2, "top": 172.5}  # GeV
ADAPTERS = {"offline": JetsOffline, "trigger": JetsTrigger}
both = pytest.mark.parametrize("domain", sorted(ADAPTERS))


@cache
def column(domain, name):
    return np.concatenate([run[name] for run in TriggerSample(domain).read([name])])


@cache
def first_run(domain):
    columns = ADAPTERS[domain]().columns()
    return next(TriggerSample(domain).read(sorted({*columns, "part_kind", "part_d0"})))


def of_class(domain, process, name):
    return column(domain, name)[column(domain, "process") == PROCESSES[process].code]


@both
def test_card_and_file_agree(domain):
    shipped = TriggerSample(domain).shipped
    assert hashlib.sha256(shipped.path.read_bytes()).hexdigest() == shipped.card["sha256"]
    assert f"--domain {domain} --process {' '.join(CLASSES)}" in shipped.card["command"]
    for name in CLASSES:
        number = shipped.card["num_jets"] // len(CLASSES)
        assert len(of_class(domain, name, "process")) == number
        assert shipped.card["num_jets_by_process"][name] == number


def test_they_are_small_enough_to_be_shipped():
    assert sum(TriggerSample(d).shipped.path.stat().st_size for d in ADAPTERS) <= 8e6


def test_ids_are_new():
    others = [run["event_id"] for d in ("cms", "atlas") for run in JetSample(d).read(["event_id"])]
    ids = np.concatenate([*others, *(column(domain, "event_id") for domain in ADAPTERS)])
    assert len(np.unique(ids)) == len(ids)


@both
def test_every_part_of_a_file_is_balanced(domain):
    classes = column(domain, "process")
    for name in CLASSES:
        shares = np.cumsum(classes == PROCESSES[name].code) - np.arange(1, len(classes) + 1) / 5
        assert np.abs(shares).max() < 1


@both
def test_jets_lie_in_their_window_around_1_tev(domain):
    pt = column(domain, "jet_pt")
    assert 800 - 0.1 <= pt.min() < pt.max() <= 1200 + 0.1
    for name in CLASSES:  # the partons' window is 1 % wide; what is added and lost is some 7 %
        jets = of_class(domain, name, "jet_pt")
        assert np.median(jets) == pytest.approx(1000, rel=0.04)
        assert np.std(jets) < 90


@both
@pytest.mark.parametrize("name", sorted(MASSES))
def test_contained_jets_have_their_particles_mass(domain, name):
    # Jets are not groomed: what else falls into them makes them a few GeV heavier.
    masses = of_class(domain, name, "jet_mass")
    contained = masses[np.abs(masses - MASSES[name]) < 0.2 * MASSES[name]]
    assert len(contained) > 0.55 * len(masses)
    assert np.median(contained) == pytest.approx(MASSES[name] + 3, abs=5)


@both
def test_z_jets_are_heavier_than_w_jets_by_the_difference_of_their_masses(domain):
    medians = {name: np.median(of_class(domain, name, "jet_mass")) for name in ("w", "z")}
    assert medians["z"] - medians["w"] == pytest.approx(91.2 - 80.4, abs=5)


def test_the_trigger_does_not_see_what_is_soft():
    run = {domain: first_run(domain) for domain in ADAPTERS}
    for name in CLASSES[:4]:  # top jets have more particles than either file keeps
        code = PROCESSES[name].code
        numbers = {d: np.diff(r["part_pt"].offsets)[r["process"] == code] for d, r in run.items()}
        assert np.median(numbers["trigger"]) < 0.8 * np.median(numbers["offline"])
    for name in ("w", "z"):
        masses = {domain: np.median(of_class(domain, name, "jet_mass")) for domain in ADAPTERS}
        assert masses["offline"] - 8 < masses["trigger"] < masses["offline"] - 2


@both
def test_gluon_jets_have_more_particles_than_quark_jets(domain):
    run = first_run(domain)
    numbers = np.diff(run["part_pt"].offsets)
    quark, gluon = (numbers[run["process"] == PROCESSES[n].code] for n in ("quark", "gluon"))
    assert np.median(gluon) > 1.25 * np.median(quark)
    assert numbers.max() == TriggerSample(domain).shipped.card["max_particles"]


def test_the_trigger_sends_hard_candidates_in_steps_and_no_impact_parameters():
    pt = first_run("trigger")["part_pt"].values
    assert pt.min() >= 2.0
    fine = pt[pt < 200]  # a file keeps ten bits after the leading one
    assert fine * 4 == pytest.approx(np.rint(fine * 4))
    assert not first_run("trigger")["part_d0"].values.any()
    assert first_run("offline")["part_pt"].values.min() < 0.5


def test_what_the_trigger_lacks_is_named():
    jets = JetsTrigger().read(first_run("trigger"))
    assert isinstance(jets, EventBatch)
    assert (
        {*JetsOffline().schema.names} - {*jets.schema.names}
        == {"tanh_d0"}
        == {*JetsTrigger().stand_ins}
    )
    assert jets.num_particles.max() == 32
    assert jets.domain == "trigger"


@pytest.mark.generator
@pytest.mark.skipif(find_spec("pythia8mc") is None, reason="pythia8mc is not installed")
@both
def test_its_command_makes_the_same_bytes(domain):
    names = [*JET_COLUMNS, "event_id", "process", "part_pt", "part_deta", "part_kind"]
    shipped = next(TriggerSample(domain).read(names))
    for name in ("gluon", "w"):
        seed = TriggerSample(domain).shipped.card["seed"]
        made = next(PythiaJets(domain, [name], num_jets=3, seed=seed).read(names))
        first = np.flatnonzero(shipped["process"] == PROCESSES[name].code)[:3]
        for each in (*JET_COLUMNS, "event_id"):
            assert np.array_equal(made[each], shipped[each][first])
        for each in ("part_pt", "part_deta", "part_kind"):
            ends = shipped[each].offsets
            again = [shipped[each].values[ends[at] : ends[at + 1]] for at in first]
            assert np.array_equal(made[each].values, np.concatenate(again))
