"""A few better events correct the network's answer, and say when it is wrong."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import segment_sum
from vierbein.events.table import EventTable
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment
from vierbein.testing.made_view import MadeView
from vierbein_safeguards.errors import OutOfRangeError
from vierbein_safeguards.high_fidelity import HighFidelity
from vierbein_safeguards.prediction_powered import PredictionPowered
from vierbein_safeguards.two_class_world import draw


def logit(events: EventBatch) -> Tensor:
    num = events.num_particles.clamp(min=1)
    return 4 * segment_sum(events.feature("log_pt"), events.offsets) / num


@RunView.register
@dataclass
class Run(MadeView):
    """A run whose better simulation has other kinds of events than the network thinks."""

    num_events: int = 400
    is_flipped: bool = False
    is_without: bool = False
    is_selected: bool = False

    def predict(self, events: EventBatch) -> Tensor:
        value = logit(events)
        return torch.stack([-value / 2, value / 2], dim=1)

    def high_fidelity(self, domain: str) -> EventTable | None:
        if self.is_without:
            return None
        better = self._made(domain, "high fidelity")
        if self.is_flipped:
            better.truth["kind"][::3] = 1
        if self.is_selected:
            hard = np.flatnonzero(logit(better.take()).numpy() > -1.0)
            better = better.choose(hard)
        return better

    def _truth(self, events: EventBatch, seed: int, domain: str) -> dict[str, Tensor]:
        rng = torch.Generator().manual_seed(seed)
        return {"kind": (torch.rand(len(events), generator=rng) < logit(events).sigmoid()).long()}


def powered(rng: np.random.Generator, few: int = 200, many: int = 5000) -> PredictionPowered:
    a, b = (draw(num, 0.3, rng, first_is_higher_by=0.05) for num in (few, many))
    return PredictionPowered(a.classes.astype(np.float64), a.first[:, 1], b.first[:, 1])


def test_it_asks_after_the_comparison() -> None:
    assert HighFidelity.moment is Moment.COMPARED


def test_the_corrected_interval_covers_where_the_network_s_own_does_not() -> None:
    rng, num = np.random.default_rng(1), 400
    figures = [powered(rng) for _ in range(num)]
    covered = {
        name: sum(
            abs(getattr(each, name).value - 0.3) <= stats.norm.ppf(0.95) * getattr(each, name).error
            for each in figures
        )
        for name in ("corrected", "few", "naive")
    }
    low, high = stats.binomtest(covered["corrected"], num).proportion_ci(0.99)
    assert low <= 0.9 <= high
    assert covered["naive"] == 0
    values = [each.corrected.value for each in figures]
    assert np.mean([each.corrected.error for each in figures]) == pytest.approx(
        np.std(values), rel=0.12
    )
    assert np.mean([each.saved for each in figures]) > 50


def test_predictions_that_know_all_or_nothing() -> None:
    rng = np.random.default_rng(2)
    truth, many = rng.normal(size=300), rng.normal(size=100_000)
    perfect = PredictionPowered(truth, truth, many)
    assert perfect.factor == pytest.approx(1, abs=0.2)
    assert perfect.corrected.error < 0.1 * perfect.few.error + perfect.naive.error
    useless = PredictionPowered(truth, rng.normal(size=300), many)
    assert useless.factor == pytest.approx(0, abs=0.2)
    assert useless.corrected.error == pytest.approx(useless.few.error, rel=0.02)
    constant = PredictionPowered(truth, np.ones(300), np.ones(1000))
    assert (constant.factor, constant.saved) == (0.0, 0.0)
    assert constant.corrected == constant.few


def test_a_network_that_is_right_closes() -> None:
    (verdict,) = HighFidelity().question(Run(1))
    assert verdict.safeguard == "high_fidelity: there"
    assert verdict.answer is Answer.PASS
    assert verdict.figure.value > verdict.threshold == 0.05
    assert verdict.false_alarm_rate == pytest.approx(0.06)
    figures = {figure.name: figure for figure in verdict.further}
    truth = Run(1).events("there", "test").truths()["kind"].mean()
    corrected = figures["fraction of kind 1, corrected"]
    few = figures["fraction of kind 1, better simulation alone"]
    assert corrected.low < truth < corrected.high
    assert corrected.high - corrected.low < few.high - few.low
    assert figures["better events saved, kind 1"].value > 0


def test_a_simulation_that_says_otherwise_fails() -> None:
    (verdict,) = HighFidelity().question(Run(1, is_flipped=True))
    assert verdict.answer is Answer.FAIL
    assert "use the corrected one" in verdict.advice
    figures = {figure.name: figure for figure in verdict.further}
    naive = figures["fraction of kind 1, network alone"]
    assert figures["fraction of kind 1, corrected"].low > naive.high


def test_a_simulation_of_other_events_is_noticed() -> None:
    (verdict,) = HighFidelity().question(Run(1, is_selected=True))
    assert verdict.answer is not Answer.PASS
    assert "unlike the target events'" in verdict.sentence


def test_without_a_better_simulation_there_is_no_answer() -> None:
    (verdict,) = HighFidelity().question(Run(1, is_without=True))
    assert (verdict.answer, verdict.false_alarm_rate) == (Answer.WARN, 1.0)
    assert "high_fidelity.there=" in verdict.sentence


def test_too_few_better_events_are_no_answer() -> None:
    (verdict,) = HighFidelity(least_events=1000).question(Run(1))
    assert (verdict.answer, verdict.false_alarm_rate) == (Answer.WARN, 1.0)


def test_a_network_that_knows_nothing_has_no_answer() -> None:
    (verdict,) = HighFidelity().question(MadeView(0, is_planted=True))
    assert (verdict.answer, verdict.false_alarm_rate) == (Answer.WARN, 1.0)


@pytest.mark.parametrize(
    "settings",
    [
        {"false_alarm_rate": 0.0},
        {"unlike_false_alarm_rate": 1.0},
        {"fail_below": -1.0},
        {"level": 1.0},
        {"least_events": 1},
        {"replicas": 999},
        {"max_events": 1},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict) -> None:
    with pytest.raises(OutOfRangeError, match=next(iter(settings))):
        HighFidelity(**settings)
