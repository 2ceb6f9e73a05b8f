"""The bank of signals: is it what it says, and is each signal what its name says?"""

import json
from functools import cache

import numpy as np
import pytest

from vierbein.errors.files import HashMismatchError
from vierbein.events.batch import EventBatch
from vierbein_collider.adapters.jets_atlas import JetsAtlas
from vierbein_collider.adapters.jets_calo import JetsCalo
from vierbein_collider.datasets.jet_anomalies import JetAnomalies
from vierbein_collider.datasets.jet_sample import JetSample
from vierbein_collider.errors import UnknownSignalError
from vierbein_collider.generation.signals import SIGNALS
from vierbein_collider.jet_columns import JET_COLUMNS

BANKS = ("atlas", "calo")
SCALARS = ("light_qq", "middle_qq", "middle_bb", "heavy_qq", "light_ww", "middle_ww", "heavy_ww")
DARK = ("soft", "dark_shower", "emerging", "displaced")
NEEDS_TRACKS = {"lost_tracks"}


@cache
def columns(domain, signal):
    """Columns of one value a jet of a signal, or of the shipped QCD jets."""
    names = ["event_id", "process", *JET_COLUMNS]
    if signal == "qcd":
        run = next(JetSample(domain).read(names))
        return {name: run[name][run["process"] == 0] for name in names}
    runs = list(JetAnomalies(domain).samples()[signal].read(names))
    return {name: np.concatenate([run[name] for run in runs]) for name in names}


@cache
def particles(domain, signal, name):
    """A column of one value a particle of the first jets."""
    if signal == "qcd":
        run = next(JetSample(domain).read(["process", name]))
        run = run.without(np.flatnonzero(run["process"] != 0))
    else:
        run = next(JetAnomalies(domain).samples()[signal].read([name]))
    return run[name]


def mean_number(domain, signal):
    return np.diff(particles(domain, signal, "part_pt").offsets).mean()


@pytest.mark.parametrize("domain", BANKS)
def test_there_are_enough_signals_of_enough_jets_in_few_bytes(domain):
    bank = JetAnomalies(domain)
    assert set(bank.samples()) == set(SIGNALS) - (NEEDS_TRACKS if domain == "calo" else set())
    assert bank.shipped.path.stat().st_size <= 10e6
    for name in bank.samples():
        found = columns(domain, name)
        assert len(found["event_id"]) == 600
        assert (found["process"] == SIGNALS[name].code).all()
        assert bank.processes[name] == json.loads(json.dumps(SIGNALS[name].described()))


@pytest.mark.parametrize("domain", BANKS)
def test_signals_lie_in_the_domains_own_window(domain):
    low, high = JetAnomalies(domain).shipped.card["detector"]["jet_pt"]
    for name in JetAnomalies(domain).signals:
        pt = columns(domain, name)["jet_pt"]
        assert low - 0.1 <= pt.min() < pt.max() <= high + 0.1


def test_no_jet_is_in_another_sample():
    others = [
        run["event_id"]
        for domain in ("cms", "atlas", "calo")
        for part in ("large", "high_fidelity")
        for run in JetSample(domain, part).read(["event_id"])
    ]
    bank = [
        columns(domain, name)["event_id"]
        for domain in BANKS
        for name in SIGNALS
        if name in JetAnomalies(domain).signals
    ]
    ids = np.concatenate([*others, *bank])
    assert len(np.unique(ids)) == len(ids)


@pytest.mark.parametrize(("domain", "adapter"), [("atlas", JetsAtlas()), ("calo", JetsCalo())])
def test_the_targets_adapter_reads_it(domain, adapter):
    runs = JetAnomalies(domain, ["soft"]).read(adapter.columns())
    events = EventBatch.concatenate([adapter.read(run) for run in runs])
    assert events.domain == domain
    assert len(events) == 600


@pytest.mark.parametrize("name", SCALARS)
def test_resonances_peak_at_their_masses(name):
    # Grooming is not applied: what else falls into the jet makes it heavier, what is lost lighter.
    mass = SIGNALS[name].strengths[0].value
    found = columns("atlas", name)["jet_mass"]
    contents, edges = np.histogram(found, np.arange(0, 300, 10))
    assert edges[contents.argmax()] - 5 <= mass <= edges[contents.argmax()] + 15
    qcd = columns("atlas", "qcd")["jet_mass"]
    near = [np.mean(np.abs(masses - mass - 5) < 20) for masses in (found, qcd)]
    assert near[0] > 0.4
    assert near[0] > 2 * near[1]


@pytest.mark.parametrize("name", ["light_top", "heavy_top"])
def test_other_tops_peak_at_other_masses(name):
    mass = SIGNALS[name].strengths[0].value
    contents, edges = np.histogram(columns("atlas", name)["jet_mass"], np.arange(0, 300, 10))
    assert mass - 15 <= edges[contents.argmax()] + 5 <= mass + 15


@pytest.mark.parametrize("domain", BANKS)
def test_soft_jets_have_many_soft_particles(domain):
    usual = particles(domain, "qcd", "part_pt").values
    soft = particles(domain, "soft", "part_pt").values
    assert mean_number(domain, "soft") > 1.4 * mean_number(domain, "qcd")
    assert np.quantile(soft, 0.99) < 0.6 * np.quantile(usual, 0.99)


def test_dark_showers_of_one_mass_differ_by_their_coupling():
    for name in ("soft", "dark_shower", "emerging"):
        assert np.median(columns("atlas", name)["jet_mass"]) == pytest.approx(125, abs=12)
    assert mean_number("atlas", "soft") > mean_number("atlas", "dark_shower")


@pytest.mark.parametrize(
    ("displaced", "prompt"), [("emerging", "dark_shower"), ("displaced", "light_ww")]
)
def test_long_lived_mesons_leave_displaced_tracks_and_nothing_else(displaced, prompt):
    def share(name, domain="atlas"):
        return np.mean(np.abs(particles(domain, name, "part_d0").values) > 1.0)

    assert share(displaced) > 0.1 > 20 * share(prompt)
    # Without tracks, mass and number of particles are what is left of it, as of the prompt one.
    assert share(displaced, "calo") == 0
    masses = [np.median(columns("calo", name)["jet_mass"]) for name in (displaced, prompt)]
    assert masses[0] == pytest.approx(masses[1], rel=0.06)


def test_faults_are_seen_where_they_were_planted():
    def share_of_energy(name, kind):
        pt, kinds = (particles("atlas", name, c).values for c in ("part_pt", "part_kind"))
        return pt[kinds == kind].sum() / pt.sum()

    assert share_of_energy("lost_tracks", 0) < 0.45 * share_of_energy("qcd", 0)
    assert share_of_energy("lost_cells", 0) > 1.1 * share_of_energy("qcd", 0)

    def share_of_jets_with_a_hot_cell(name):
        """Of those with more than the planted 60 GeV in a cell that is not near the axis."""
        pt = particles("calo", name, "part_pt")
        deta, dphi = (particles("calo", name, c).values for c in ("part_deta", "part_dphi"))
        is_hot = (pt.values > 60) & (np.hypot(deta, dphi) > 0.25)
        return np.logical_or.reduceat(is_hot, pt.offsets[:-1]).mean()

    assert share_of_jets_with_a_hot_cell("hot_cell") > 2 * share_of_jets_with_a_hot_cell("qcd")


def test_another_bank_than_the_registered_one_is_refused():
    registered = JetAnomalies("atlas").shipped.card["sha256"]
    assert next(JetAnomalies("atlas", sha256=registered).read(["event_id"]))
    other = JetAnomalies("atlas", ["soft"], sha256="0" * 64)
    for bank in (other, other.samples()["soft"]):
        with pytest.raises(HashMismatchError, match="refused"):
            next(bank.read(["event_id"]))


def test_a_misspelt_signal_is_named():
    with pytest.raises(UnknownSignalError, match="Did you mean displaced"):
        JetAnomalies("atlas", ["displacd"])
