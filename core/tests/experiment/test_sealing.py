"""A domain whose signal region is sealed while it is read: what is open, and what is said."""

import traceback
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from vierbein.errors.blinding import (
    NoEventIdError,
    NothingOpenError,
    SealedError,
    SealOverflowError,
    SignalRegionError,
    UntoldError,
)
from vierbein.events.mapping import Mapping
from vierbein.experiment.domain import Domain
from vierbein.experiment.sealing import Seal
from vierbein.experiment.settings import SplitSettings
from vierbein.experiment.signal_region import SignalRegion
from vierbein.interfaces.adapter import Adapter
from vierbein.interfaces.observable import Observable
from vierbein.storage.act_log import LOG, ActLog
from vierbein.storage.box import open_box
from vierbein.storage.cipher import new_private, public_of

PRIVATE = new_private()


class Energy(Observable):
    """Of the first particle; it warns, and has no value at 150."""

    title, unit, citation = "energy", "GeV", "here"

    def __call__(self, events):
        warnings.warn(f"there are {len(events)} events", stacklevel=1)
        found = events.p4[events.offsets[:-1], 0]
        return torch.where(found == 150, torch.nan, found)


class Measured(Adapter):
    """Has a feature, an event feature and a truth."""

    def __init__(self, event_id="number"):
        zero = "0 * energy"
        data = {
            "domain": "plain",
            "p4": {"E": "energy", "px": zero, "py": zero, "pz": zero},
            "features": {"x": "energy / 2"},
            "event_features": {"highest": "max(energy)"},
            "truth": {"kind": "where(number > 700, 1, 0)"},
            "event_id": event_id,
        }
        super().__init__(Mapping.from_json(data))


@pytest.fixture
def make_sealed(make_domain, tmp_path):
    def make(cut, num_events=1000, *, megabytes=1, run="run", **settings):
        plain = make_domain(num_events, **settings)
        adapter = Measured()
        region = SignalRegion(cut, adapter, {"first_energy": Energy()})
        seal = Seal(region, public_of(PRIVATE).hex(), megabytes, tmp_path / run, "0" * 64)
        return Domain(
            plain.dataset,
            adapter,
            SplitSettings(),
            tmp_path / "cache",
            plain.bad_records,
            seal,
        )

    return make


@pytest.mark.parametrize(
    ("cut", "first", "last"),
    [
        ("first_energy > 100 and first_energy <= 200", 101, 200),
        ("highest > 100 and highest <= 200", 101, 200),
        ("max(x) > 50 and min(x) <= 100", 101, 200),
        ("kind == 0", 1, 101),
        ("kind == 1", 102, 1000),
    ],
)
def test_the_cut_parts_by_observables_features_and_truths(make_sealed, cut, first, last):
    domain = make_sealed(cut)
    numbers = domain.table.ids // 7 + 1
    assert set(numbers) == set(range(1, 1001)) - set(range(first, last + 1))
    opened = open_box(domain.seal.box, PRIVATE)
    sealed = np.concatenate([batch.event_id.numpy() for batch in opened.batches])
    assert (sealed // 7 + 1).tolist() == list(range(first, last + 1))
    assert opened.commitment["num_events"] == last - first + 1


def test_an_event_that_cannot_be_judged_is_sealed(make_sealed):
    ids = make_sealed("first_energy > 900").table.ids // 7 + 1
    assert set(ids) == set(range(1, 901)) - {150}
    assert 150 in make_sealed("highest > 900", run="other").table.ids // 7 + 1


def test_cards_and_names_know_nothing_of_the_sealed_events(make_sealed):
    cut = "highest > 900"
    few, many = make_sealed(cut, 950), make_sealed(cut, 1000, run="other")
    assert few.card == many.card
    assert few.card["num_events"] == 900
    assert few.card["dataset"] == {"part": "open", "signal_region": cut}
    assert few.folder.relative_to(few.seal.run) == many.folder.relative_to(many.seal.run)
    for run in (few.seal.run, many.seal.run):
        (line,) = ActLog(run / LOG).of("sealed")
        assert set(line["files"]) == {"seal/plain.box"}


def test_nothing_is_read_a_second_time(make_sealed):
    _ = make_sealed("highest > 900").table
    again = make_sealed("highest > 900")
    assert len(again.table) == 900
    assert again.dataset.num_reads == 0


def test_there_is_no_sealed_split(make_sealed):
    with pytest.raises(SealedError):
        make_sealed("highest > 900").events("sealed")


@pytest.mark.parametrize("bad", [[950], [3]])
def test_an_error_tells_neither_entry_nor_value(make_sealed, bad):
    domain = make_sealed("highest > 900", bad=bad)
    with pytest.raises(UntoldError) as refusal:
        _ = domain.table
    told = "".join(traceback.format_exception(refusal.value))
    assert "BadRecordsError" in told
    assert refusal.value.__context__ is refusal.value.__cause__ is None
    for leak in ("nan", "entry 9", "entry 3", "listed.file", "column 'energy'"):
        assert leak not in told
    assert [path.name for path in domain.seal.run.rglob("*") if path.is_file()] == []


def test_how_many_bad_records_there_are_is_sealed(make_sealed):
    domain = make_sealed("highest > 900", bad=[3, 950, 960], bad_records="set_aside")
    assert domain.card["set_aside"] is None
    assert domain.card["num_events"] == 899
    assert open_box(domain.seal.box, PRIVATE).commitment["set_aside"] == 3


def test_what_an_observable_warns_of_is_not_shown(make_sealed, recwarn, capfd):
    _ = make_sealed("first_energy > 900").table
    assert not recwarn.list
    assert capfd.readouterr() == ("", "")


def test_a_plan_looks_at_open_events_alone(make_sealed):
    assert make_sealed("highest < 50").peek().event_id.min() == 7 * 49


@pytest.mark.parametrize(
    ("cut", "error"), [("highest > 0", NothingOpenError), ("highest > 2", SealOverflowError)]
)
def test_too_wide_a_region_is_refused(make_sealed, monkeypatch, cut, error):
    if error is SealOverflowError:
        monkeypatch.setattr("vierbein.storage.box.FRAME", 5000)
    with pytest.raises(error) as refusal:
        _ = make_sealed(cut).table
    assert not any(number in str(refusal.value) for number in ("1000", "998"))


@pytest.mark.parametrize(
    ("cut", "reason"),
    [
        ("higest > 1", "'higest' is not there. Did you mean highest"),
        ("highest >", "not well formed"),
        ("highest.__class__", "is no column"),
        ("energy > 1", "'energy' is not there"),
    ],
)
def test_a_cut_in_unknown_words_is_refused_before_anything_is_read(cut, reason):
    with pytest.raises(SignalRegionError) as refusal:
        SignalRegion(cut, Measured(), {"first_energy": Energy()})
    assert reason in str(refusal.value)
    assert str(refusal.value).startswith("seal.cuts.plain is ")
    assert "first_energy, x, highest, kind" in str(refusal.value)


def test_a_word_with_two_meanings_is_refused():
    with pytest.raises(SignalRegionError, match="'x' is there twice"):
        SignalRegion("x > 1", Measured(), {"x": Energy()})


def test_a_cut_must_judge_events(make_sealed):
    with pytest.raises(SignalRegionError, match="for each particle"):
        _ = make_sealed("x > 1").table


def test_events_without_numbers_of_their_own_cannot_be_sealed():
    with pytest.raises(NoEventIdError, match="Places in the file"):
        SignalRegion("highest > 1", Measured(event_id=""), {})


def test_a_region_by_truth_cannot_be_told_of_measured_events():
    SignalRegion("highest > 1", Measured(), {}).require_unlabelled()
    with pytest.raises(SignalRegionError, match="'kind' is a truth"):
        SignalRegion("kind == 1", Measured(), {}).require_unlabelled()


def test_without_cryptography_the_cure_is_named(monkeypatch):
    import runpy
    import sys

    import vierbein.storage
    from vierbein.errors.blinding import NoCipherError

    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.kdf.hkdf", None)
    with pytest.raises(NoCipherError, match=r"pip install 'vierbein\[blinding\]'"):
        runpy.run_path(str(Path(vierbein.storage.__file__).with_name("cipher.py")))
