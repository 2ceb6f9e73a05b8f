"""Sets hold what they should, refuse where they cannot know, and bases are told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import segment_sum
from vierbein.events.table import EventTable
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment, Verdict
from vierbein.interfaces.task import Part, Task
from vierbein.interfaces.trainer import Fit, TrainingEvents
from vierbein.testing.made_events import changed
from vierbein.testing.made_task import MadeTask
from vierbein.testing.made_view import MadeView
from vierbein.testing.small_network import SCHEMA, SmallHead
from vierbein_safeguards.errors import OutOfRangeError
from vierbein_safeguards.uncertainty import Uncertainty


def logit(events: EventBatch) -> Tensor:
    num = events.num_particles.clamp(min=1)
    return 4 * segment_sum(events.feature("log_pt"), events.offsets) / num


class Mean(Backbone):
    """The logit, times a factor."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.schema, self.width, self.factor = SCHEMA, 1, factor

    def forward(self, events: EventBatch) -> Representation:
        padded = events.padded
        pooled = self.factor * logit(events)[:, None]
        return Representation(pooled, padded.features[..., :1], padded.mask)

    def blocks(self) -> Sequence[nn.Module]:
        return []


@RunView.register
@dataclass
class Run(MadeView):
    """A run whose test events are harder by some shift, and whose bases learn the task."""

    num_events: int = 500
    shift: float = 0.0
    is_wrong: bool = False

    def predict(self, events: EventBatch) -> Tensor:
        value = logit(events)
        return torch.stack([-value / 2, value / 2], dim=1)

    def train_variant(
        self, domain: str, events: TrainingEvents, *, seed: int, base: str | None
    ) -> tuple[Network, Fit]:
        _, fit = super().train_variant(domain, events, seed=seed, base=base)
        head = SmallHead(1)
        with torch.no_grad():
            head.weight.copy_(torch.tensor([[-0.5], [0.5]]))
            head.bias.zero_()
        projection = Projection(SCHEMA, SCHEMA, dict.fromkeys(SCHEMA.names, (0.0, 1.0)))
        factor = 1 + 0.5 * list(self.bases).index(base or "own")
        return Network(projection, Mean(factor), head).eval(), fit

    def _made(self, domain: str, split: str) -> EventTable:
        table = super()._made(domain, split)
        if (domain, split) != ("there", "test"):
            return table
        events = table.take()
        events = changed(events, features=events.features + self.shift)
        events.truth = self._truth(events, 1000 + self.seed, domain)
        if self.is_wrong:
            events.truth["kind"] = 1 - events.truth["kind"]
        return EventTable.of(events)

    def _truth(self, events: EventBatch, seed: int, domain: str) -> dict[str, Tensor]:
        rng = torch.Generator().manual_seed(seed)
        return {"kind": (torch.rand(len(events), generator=rng) < logit(events).sigmoid()).long()}


class Numbers(MadeTask):
    def parts(self, scores, truth):
        return {"all": Part(-np.abs(scores[:, 0]) - 0.5, np.ones(len(scores), bool))}


@RunView.register
@dataclass
class NumbersRun(Run):
    @cached_property
    def task(self) -> Task:
        return Numbers()


def asked(view: RunView) -> Verdict:
    (verdict,) = Uncertainty().question(view)
    return verdict


def test_it_asks_after_the_comparison() -> None:
    assert Uncertainty.moment is Moment.COMPARED


def test_sets_hold_what_they_should() -> None:
    verdict = asked(Run(1))
    assert verdict.safeguard == "uncertainty: there"
    assert verdict.answer is Answer.PASS
    assert verdict.figure.value > verdict.threshold == verdict.false_alarm_rate == 0.05
    figures = {figure.name: figure for figure in verdict.further}
    for by in ("target labels", "no target label"):
        assert figures[f"coverage of the test events, {by}"].value == pytest.approx(0.9, abs=0.05)
        assert figures[f"effective calibration events, {by}"].value > 300
    fraction, every = (figures[f"fraction of kind 1{end}"] for end in ("", ", all errors"))
    truth = Run(1).events("there", "test").truths()["kind"].mean()
    assert fraction.low < truth < fraction.high
    assert every.low <= fraction.low < fraction.high <= every.high
    assert figures["fraction of kind 1: training-source error (bases)"].high > 0
    assert [picture.x_names for picture in verdict.pictures[1:]] == [["own", "second", "third"]]


def test_a_mild_shift_is_followed_without_truth() -> None:
    verdict = asked(Run(2, shift=0.2))
    figures = {figure.name: figure.value for figure in verdict.further}
    assert verdict.answer is Answer.PASS
    assert 100 < figures["effective calibration events, target labels"] < 480


def test_a_far_shift_is_refused() -> None:
    verdict = asked(Run(3, shift=3.0))
    assert (verdict.answer, verdict.false_alarm_rate) == (Answer.WARN, 1.0)
    assert "refused" in verdict.sentence
    figures = {figure.name: figure.value for figure in verdict.further}
    assert figures["effective calibration events, target labels"] < 100
    assert figures["sets of all classes, target labels"] == 1


def test_truth_that_does_not_carry_over_fails() -> None:
    verdict = asked(Run(4, is_wrong=True))
    assert verdict.answer is Answer.FAIL
    assert "do not carry over" in verdict.sentence


def test_one_base_is_never_a_pass() -> None:
    verdict = asked(Run(1, bases=("own",)))
    assert (verdict.answer, verdict.false_alarm_rate) == (Answer.WARN, 1.0)
    assert "no second one" in verdict.sentence


def test_a_task_without_classes_or_too_few_events_are_no_answer() -> None:
    for view, why in ((NumbersRun(1), "tells no classes apart"), (Run(1, num_events=50), "fewer")):
        verdict = asked(view)
        assert (verdict.answer, verdict.false_alarm_rate) == (Answer.WARN, 1.0)
        assert why in verdict.sentence


@pytest.mark.parametrize(
    "settings",
    [
        {"level": 1.0},
        {"false_alarm_rate": 0.0},
        {"fail_below": 2.0},
        {"least_events": 1},
        {"seeds": 1},
        {"max_events": 0},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict) -> None:
    with pytest.raises(OutOfRangeError, match=next(iter(settings))):
        Uncertainty(**settings)
