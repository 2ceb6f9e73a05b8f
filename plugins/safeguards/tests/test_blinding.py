"""Blinding fails for one open event in the signal region, and for anything that has changed."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment
from vierbein_safeguards.blinding import Blinding


@RunView.register
@dataclass
class Run:
    """Two target domains, of which one is sealed between masses of 65 and 105 GeV."""

    view: object
    faults: list = field(default_factory=list)
    cuts: dict = field(default_factory=lambda: {"atlas": "mass > 65 and mass < 105"})
    targets = ("atlas", "calo")

    def events(self, domain, split):
        return self.view.events(domain, "test")

    def signal_region(self, domain):
        return self.cuts.get(domain, "")

    def in_signal_region(self, events):
        mass = events.feature("mass").numpy()
        return (mass > 65) & (mass < 105)

    def seal_faults(self):
        return self.faults


@pytest.fixture
def sideband(world, draw):
    def make(num_inside=0, **settings):
        columns = draw(np.random.default_rng(0), 10_000)
        columns[:, 2] = np.where(np.arange(10_000) < 5000, 50.0, 200.0)
        columns[9000 : 9000 + num_inside, 2] = 91.0
        return Run(world(20, 0, atlas=columns, calo=draw(np.random.default_rng(1), 50)), **settings)

    return make


def test_it_asks_before_unblinding():
    assert Blinding.moment is Moment.BEFORE_UNBLINDING


def test_a_run_that_kept_its_region_shut_passes(sideband):
    (verdict,) = Blinding().question(sideband())
    assert verdict.answer is Answer.PASS
    assert (verdict.figure.value, verdict.threshold, verdict.false_alarm_rate) == (0, 0, 0)
    assert "atlas: mass > 65 and mass < 105" in verdict.sentence
    assert "calo" not in verdict.sentence


@pytest.mark.parametrize("num", [1, 7])
def test_one_open_event_inside_fails(sideband, num):
    (verdict,) = Blinding().question(sideband(num))
    assert verdict.answer is Answer.FAIL
    assert verdict.figure.value == 3 * num  # the stand-in has them in every split
    assert f"{3 * num} open events of atlas lie in its signal region" in verdict.sentence


def test_what_changed_is_named_and_fails(sideband):
    (verdict,) = Blinding().question(sideband(faults=[f"file {n} was changed" for n in range(5)]))
    assert (verdict.answer, verdict.figure.value) == (Answer.FAIL, 5)
    assert (
        "file 0 was changed; file 1 was changed; file 2 was changed, and 2 more" in verdict.sentence
    )


def test_a_run_that_seals_nothing_is_warned_of(sideband):
    (verdict,) = Blinding().question(sideband(cuts={}))
    assert verdict.answer is Answer.WARN
    assert "Nothing is sealed" in verdict.sentence
