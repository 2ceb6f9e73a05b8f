"""Triage: an efficiency that is known is found, its interval covers, and what is lost is named."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from scipy import stats

from vierbein.errors.runs import StageMissingError
from vierbein.events.table import EventTable
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment
from vierbein.testing.made_events import changed
from vierbein.testing.made_view import MadeView
from vierbein_safeguards.cascade import Cascade, efficiency, uniform
from vierbein_safeguards.counting import counting_toys
from vierbein_safeguards.errors import NotThereError, OutOfRangeError
from vierbein_safeguards.proportion import clopper_pearson
from vierbein_safeguards.search import TAIL
from vierbein_safeguards.sensitivity import half_power_ratio
from vierbein_safeguards.triage import Triage

TRIAGE = Triage(budget=0.2, pass_through=0.05, kept=0.05)


@RunView.register
@dataclass
class Run(MadeView):
    """The fast network is the slow one, but that it may be blind to some of what it reads."""

    num_events: int = 1500
    lacks: tuple = ()
    signals: tuple = ()
    blind: Sequence[int] = ()

    def trained(self, domain, arm, seed):
        if arm in self.lacks:
            raise StageMissingError("deploy", "adapt")
        network = super().trained(domain, "fine_tuned", 0)
        if arm != "fine_tuned":
            network.arm = arm
            with torch.no_grad():
                network.backbone.entry.weight[:, list(self.blind)] = 0
        return network

    def flops(self, network, events):
        return 1.0 if hasattr(network, "arm") else 100.0

    def anomalies(self, domain):
        everything = self.events(domain, "test").take()
        return {
            name: EventTable.of(
                changed(everything, features=everything.features + torch.tensor(shift))
            )
            for name, shift in self.signals
        }


def test_it_asks_when_the_arms_have_been_compared():
    assert Triage.moment is Moment.COMPARED


def test_a_fast_network_that_is_the_slow_one_loses_nothing():
    (verdict,) = TRIAGE.question(Run(0, signals=(("larger", 2.0),)))
    assert verdict.answer is Answer.PASS
    assert verdict.figure.value == 1
    figures = {figure.name: figure for figure in verdict.further}
    assert figures["efficiency of the fast cut: larger"].value == 1
    ratio = figures["s50 of the cascade over slow only: larger"]
    assert ratio.low < 1 < ratio.high
    assert figures["times fewer slow evaluations"].value > 4.5


def test_a_blind_fast_network_fails_and_says_what_to_do():
    (verdict,) = TRIAGE.question(Run(1, blind=range(6), signals=(("larger", 1.0),)))
    assert verdict.answer is Answer.FAIL
    assert verdict.figure.high < 0.1
    assert "Raise safeguard.triage.budget" in verdict.advice
    assert verdict.sentence.count("larger") == 1


def test_a_lost_signal_is_named_and_warned_of():
    triage = Triage(budget=0.4, pass_through=0.05, kept=0.1, fail_below=0.5, warn_below=0.7)
    run = Run(1, blind=(0,), signals=(("loud", (0.0, 6.0)), ("lost", (6.0, 0.0))))
    (verdict,) = triage.question(run)
    assert verdict.answer is Answer.WARN
    assert "it loses more than 50% of lost." in verdict.sentence
    loud, lost = (f for f in verdict.further if "s50" in f.name)
    assert loud.value < 1.1 < lost.low


def test_the_budget_is_held_with_the_confidence_asked_for():
    rng, within = np.random.default_rng(2), 0
    for seed in range(400):
        scores = rng.normal(size=600)
        cascade = Cascade.within(0.1, scores, scores, kept=0.02, pass_through=0.02, seed=seed)
        seen = 0.02 + 0.98 * stats.norm.sf(cascade.fast_limit)
        within += seen <= 0.1
    assert 0.92 <= within / 400 <= 0.985


def test_the_cheapest_arm_that_there_is_chooses():
    (verdict,) = TRIAGE.question(Run(2, lacks=("smaller_twin", "twin_equal_steps")))
    assert "zero shot" in verdict.sentence
    with pytest.raises(StageMissingError):
        TRIAGE.question(Run(2, lacks=("smaller_twin", "twin_equal_steps", "zero_shot")))


def test_a_score_of_the_task_may_choose():
    by_score = Triage(budget=0.2, pass_through=0.05, kept=0.05, score="p_one")
    (verdict,) = by_score.question(Run(3))
    assert verdict.figure.value == 1
    with pytest.raises(NotThereError, match="It has: p_one"):
        Triage(score="p_two").question(Run(3))


@pytest.mark.parametrize("num", [20, 100])
def test_too_few_events_never_pass(num):
    (verdict,) = TRIAGE.question(Run(4, num_events=num))
    assert (verdict.answer, verdict.false_alarm_rate) == (Answer.WARN, 1.0)


@pytest.mark.parametrize(
    "setting",
    [
        {"budget": 1.0},
        {"pass_through": 0.2},
        {"kept": 0.0},
        {"fail_below": 0.9},
        {"max_events": 0},
        {"false_alarm_rate": 0.0},
    ],
)
def test_settings_that_make_no_sense_are_refused(setting):
    (name,) = setting
    with pytest.raises(OutOfRangeError, match=f"{name}="):
        Triage(**setting)


def test_the_stream_is_random_by_id_and_the_same_every_time():
    ids = np.arange(100_000)
    drawn = uniform(ids, 3)
    assert stats.kstest(drawn, "uniform").pvalue > 0.001
    assert (uniform(ids[::-1], 3)[::-1] == drawn).all()
    assert abs(np.corrcoef(drawn, uniform(ids, 4))[0, 1]) < 0.02
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.02


def test_the_stream_s_efficiency_is_unbiased_and_its_interval_covers():
    rng, truth, replicates = np.random.default_rng(0), 0.8, 1000
    cascade = Cascade(0.0, 0.0, 0.05, seed=0)
    stream = cascade.passes(np.arange(replicates * 2000)).reshape(replicates, 2000)
    selected = rng.random(stream.shape) < truth
    count, num = (selected & stream).sum(1), stream.sum(1)
    low, high = clopper_pearson(count, num, 0.95)
    assert np.mean(count / num) == pytest.approx(truth, abs=0.004)
    assert 0.93 <= np.mean((low <= truth) & (truth <= high)) <= 0.985


@pytest.mark.parametrize(("count", "num"), [(0, 7), (3, 7), (7, 7), (0, 0), (400, 1000)])
def test_the_interval_is_the_exact_one(count, num):
    figure = efficiency("", np.arange(num) < count, np.ones(num, dtype=bool), 0.9)
    wanted = stats.binomtest(count, num).proportion_ci(0.9) if num else (0.0, 1.0)
    assert (figure.low, figure.high) == pytest.approx(tuple(wanted))


def test_the_ratio_of_two_countings_is_that_of_their_significances():
    rng = np.random.default_rng(1)
    slow, cascade = (0.02, 0.6), (0.015, 0.45)
    toys = [counting_toys(*shares, 20_000, rng, num_injections=2000) for shares in (cascade, slow)]
    ratio = half_power_ratio(
        toys[:1], toys[1:], false_alarm=TAIL, level=0.9, num_replicas=100, rng=rng
    )
    excess = [(e - b) / np.sqrt(b * (1 - b)) for b, e in (slow, cascade)]
    assert ratio.value == pytest.approx(excess[0] / excess[1], rel=0.05)
