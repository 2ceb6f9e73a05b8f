"""The stress test gives known blind spots their known size, and says what it cannot know."""

from dataclasses import replace

import numpy as np
import pytest

from vierbein.interfaces.safeguard import Answer, Moment
from vierbein_safeguards.bank import Bank
from vierbein_safeguards.errors import (
    NoBackgroundError,
    NotFiniteRepresentationError,
    OutOfRangeError,
)
from vierbein_safeguards.linear_view import COLUMNS, LinearView, direction
from vierbein_safeguards.linear_world import LinearWorld
from vierbein_safeguards.stress_test import StressTest

WHOLE = LinearWorld(COLUMNS, 1.0).half_power
LOST = {"fine_tuned": range(6, COLUMNS)}
KNOWN = {"half": 0.5, "tenth": 0.1}
SETTINGS = {"num_toys": 1000, "num_injections": 40, "max_seeds": 3}


def asked(view, **settings):
    (verdict,) = StressTest(**{**SETTINGS, **settings}).question(view)
    return verdict, {figure.name: figure for figure in verdict.further}


@pytest.fixture(scope="module")
def blind():
    signals = {name: direction(kept) for name, kept in KNOWN.items()} | {"first": direction(1.0)}
    view = LinearView(2, LOST, signals, num_events=1500, num_signal=500, is_exact=True)
    return asked(view, sample_size=2000, num_injections=100, max_signal=500)


def test_it_asks_after_the_comparison():
    assert StressTest.moment is Moment.COMPARED


@pytest.mark.parametrize("name", KNOWN)
def test_known_ratios_are_found(blind, name):
    _, further = blind
    truth = LinearWorld(6, KNOWN[name]).half_power / WHOLE
    assert further[f"BSR of {name}"].value == pytest.approx(truth, rel=0.08)
    # Looking thrice costs a tenth.
    assert further[f"s50 of {name}, twin"].value == pytest.approx(1.1 * WHOLE, rel=0.08)


def test_a_planted_blind_spot_fails_and_is_named(blind):
    verdict, further = blind
    assert verdict.answer is Answer.FAIL
    assert "tenth" in verdict.sentence
    assert verdict.figure.low > 2 > verdict.threshold == 1.1
    assert further["share surely above 1.1"].value == pytest.approx(2 / 3)
    assert further["reference: median ratio of observables to twin"].value == pytest.approx(1, 0.1)
    assert further["control: median ratio of twin to twin"].value == pytest.approx(1, 0.1)
    for figure in further.values():
        assert figure.low <= figure.value <= figure.high


def test_a_network_that_sees_all_passes():
    signals = {f"along x{number}": np.eye(COLUMNS)[number] for number in range(0, COLUMNS, 2)}
    verdict, further = asked(LinearView(0, {}, signals, num_events=1000, num_signal=400))
    assert verdict.answer is Answer.PASS
    assert verdict.figure.low < 1 < verdict.figure.high
    assert further["median blind-spot ratio"].value == pytest.approx(1, abs=0.1)
    assert further["probability of so large a ratio if arms are alike"].value >= 1 / 8
    assert verdict.false_alarm_rate == 0.05


def test_looking_at_more_signals_widens_the_interval():
    five = {f"again {n}": direction(1.0) for n in range(5)}
    verdict, further = asked(LinearView(0, {}, five, num_events=500))
    alone = further[verdict.figure.name.split(",")[0].replace("blind-spot ratio", "BSR")]
    assert verdict.figure.value == alone.value
    assert verdict.figure.low < alone.low < alone.high < verdict.figure.high


def test_what_neither_sees_is_unreachable_and_has_no_ratio():
    lost = {arm: [9] for arm in ("fine_tuned", "twin_equal_steps")}
    signals = {"first": direction(1.0), "hidden": direction(0.0)}
    verdict, further = asked(LinearView(0, lost, signals, num_events=1000))
    assert "at any strength: hidden" in verdict.sentence
    assert "BSR of hidden" not in further
    assert "BSR of first" in further


def test_what_only_the_twin_sees_has_a_ratio_that_fails():
    signals = {"hidden": direction(0.0)}
    view = LinearView(0, {"fine_tuned": [9]}, signals, num_events=1000, is_exact=True)
    verdict, _ = asked(view)
    assert verdict.answer is Answer.FAIL
    assert verdict.figure.low > 3


@pytest.mark.parametrize(
    ("view", "lacking"),
    [
        (LinearView(0, {}, {}), "no bank of signals"),
        (LinearView(0, num_signal=0), "no events of first"),
        (LinearView(0, num_events=50), "50 test events are too few"),
        (LinearView(0, seeds=(0, 1)), "2 seeds do not tell"),
        (
            LinearView(
                0,
                {arm: [9] for arm in ("fine_tuned", "twin_equal_steps")},
                {"hidden": direction(0.0)},
                num_events=1000,
            ),
            "no network sees any signal",
        ),
    ],
)
def test_what_the_run_does_not_have_is_a_warning(view, lacking):
    verdict, _ = asked(view)
    assert verdict.answer is Answer.WARN
    assert lacking in verdict.sentence
    assert verdict.false_alarm_rate == 1.0


def test_a_network_of_no_numbers_is_named():
    class Broken(LinearView):
        def trained(self, domain, arm, seed):
            network = super().trained(domain, arm, seed)
            network.backbone.matrix.data.fill_(float("nan"))
            return network

    with pytest.raises(
        NotFiniteRepresentationError, match=r"fine-tuned, seed 0, .* 200 events of the background"
    ):
        asked(Broken(0, num_events=200))


@pytest.mark.parametrize(
    ("setting", "value"), [("threshold", 0.0), ("false_alarm", 0.6), ("num_toys", 500)]
)
def test_settings_that_make_no_sense_are_refused(setting, value):
    with pytest.raises(OutOfRangeError, match=setting):
        StressTest(**{setting: value})


def test_one_class_alone_may_be_the_background():
    class Labelled(LinearView):
        def events(self, domain, split):
            table = super().events(domain, split)
            return replace(table, truth={"kind": np.arange(len(table)) % 4})

    view = Labelled(0, {}, {}, num_events=400)
    bank = Bank.of(view, "there", 1000, 10, ("kind", 3))
    assert (bank.background.truths()["kind"] == 3).all()
    assert len(bank.background) == 100
    with pytest.raises(NoBackgroundError, match=r"kind = 7.\n  Its truths are kind"):
        asked(view, background_truth="kind", background_value=7)
