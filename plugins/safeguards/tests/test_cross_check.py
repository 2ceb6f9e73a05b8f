"""The cross-check agrees where it should, sees what was planted, and says when it cannot tell."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
import torch
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import segment_sum
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment
from vierbein.interfaces.task import Part, Task
from vierbein.testing.made_task import MadeTask
from vierbein.testing.made_view import MadeView
from vierbein_safeguards.classes import Classes
from vierbein_safeguards.cross_check import CrossCheck
from vierbein_safeguards.errors import OutOfRangeError


def logit(events: EventBatch) -> Tensor:
    num = events.num_particles.clamp(min=1)
    return 4 * segment_sum(events.feature("log_pt"), events.offsets) / num


@RunView.register
@dataclass
class Run(MadeView):
    """A run whose test events the network calls kind 1 too often, by so much."""

    num_events: int = 400
    bias: float = 0.0

    def predict(self, events: EventBatch) -> Tensor:
        ids = torch.from_numpy(self.events(events.domain, "test").ids)
        value = logit(events) + self.bias * torch.isin(events.event_id, ids)
        return torch.stack([-value / 2, value / 2], dim=1)

    def _truth(self, events: EventBatch, seed: int, domain: str) -> dict[str, Tensor]:
        rng = torch.Generator().manual_seed(seed)
        return {"kind": (torch.rand(len(events), generator=rng) < logit(events).sigmoid()).long()}


class Numbers(MadeTask):
    """A task whose parts are no classes."""

    def parts(self, scores, truth):
        return {"all": Part(-np.abs(scores[:, 0]) - 0.5, np.ones(len(scores), bool))}


@RunView.register
@dataclass
class NumbersRun(Run):
    @cached_property
    def task(self) -> Task:
        return Numbers()


def test_it_asks_after_the_comparison() -> None:
    assert CrossCheck.moment is Moment.COMPARED


def test_pipelines_agree_on_what_is_there() -> None:
    view = Run(1)
    (verdict,) = CrossCheck().question(view)
    assert verdict.safeguard == "cross_check: there"
    assert verdict.answer is Answer.PASS
    assert verdict.figure.value > verdict.threshold == 0.05
    assert verdict.false_alarm_rate == pytest.approx(0.06)
    truth = view.events("there", "test").truths()["kind"].mean()
    figures = {figure.name: figure for figure in verdict.further}
    for pipeline in ("network", "independent pipeline"):
        found = figures[f"fraction of kind 1, {pipeline}"]
        assert found.low < truth < found.high
    assert figures["AUC by test truth, the network"].value > 0.8
    (picture,) = verdict.pictures
    assert picture.x_names[0] == "all events"
    assert len(picture.x_names) == len(picture.lines[0].y) > 1


def test_a_network_that_is_wrong_about_the_test_events_fails() -> None:
    (verdict,) = CrossCheck().question(Run(1, bias=3.0))
    assert verdict.answer is Answer.FAIL
    assert verdict.figure.value < 0.001
    assert "One of the two is wrong" in verdict.advice


def test_a_task_without_classes_is_not_cross_checked() -> None:
    (verdict,) = CrossCheck().question(NumbersRun(1))
    assert (verdict.answer, verdict.false_alarm_rate) == (Answer.WARN, 1.0)
    assert "tells no classes apart" in verdict.sentence


def test_a_network_that_knows_nothing_is_not_cross_checked() -> None:
    (verdict,) = CrossCheck().question(MadeView(0, is_planted=True))
    assert (verdict.answer, verdict.false_alarm_rate) == (Answer.WARN, 1.0)
    assert "cannot tell" in verdict.sentence


def test_classes_and_scores_are_the_same_things() -> None:
    view = Run(2, num_events=50)
    table = view.events("there", "test")
    classes = Classes.of(view.task, table)
    assert classes is not None
    assert classes.names == ("kind 0", "kind 1")
    np.testing.assert_array_equal(classes.of_events(table), table.truths()["kind"])
    probabilities = classes.predicted(view, table)
    expected = logit(table.take()).sigmoid().numpy()
    np.testing.assert_allclose(probabilities[:, 1], expected, atol=1e-6)
    np.testing.assert_allclose(classes.scores(probabilities)[:, 0], expected, atol=1e-6)


@pytest.mark.parametrize(
    "settings",
    [
        {"false_alarm_rate": 0.0},
        {"slice_false_alarm_rate": 1.0},
        {"fail_below": -1.0},
        {"slices": -1},
        {"least_events": 1},
        {"replicas": 999},
        {"max_events": 0},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict) -> None:
    with pytest.raises(OutOfRangeError, match=next(iter(settings))):
        CrossCheck(**settings)
