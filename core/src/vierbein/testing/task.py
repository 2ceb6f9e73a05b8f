"""The contract of tasks."""

import math
from collections.abc import Iterator
from typing import ClassVar, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vierbein.errors.base import VierbeinError
from vierbein.errors.predictions import PredictionShapeError
from vierbein.events.batch import EventBatch
from vierbein.interfaces.backbone import Representation
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.task import Baseline, Scores, Task, Truth
from vierbein.testing.agreement import ROUNDING, apart
from vierbein.testing.check import check
from vierbein.testing.component import ComponentContract
from vierbein.testing.demand import demand, refuse
from vierbein.testing.made_events import made_events

_WIDTH: Final = 8
_STEPS: Final = 50


class TaskContract(ComponentContract):
    """What a task must do: `class TestMine(TaskContract): component = "mine"`."""

    kind: ClassVar[str] = "task"
    interface: ClassVar[type] = Task
    num_events: ClassVar[int] = 200
    """Events that it is measured with."""
    chance: ClassVar[float | None] = None
    """What the metric is for scores that know nothing; None where that depends on the events."""
    chance_tolerance: ClassVar[float] = 0.15
    """How far from it so few events may come."""

    def example(self) -> Task:
        """Build one."""
        made: Task = self.made()
        return made

    def truths(self, num: int, seed: int = 0) -> dict[str, Tensor]:  # noqa: RET503 - `refuse` raises
        """Draw the truths of so many events; override where they are not 0 or 1, or a number."""
        rng = torch.Generator().manual_seed(seed)
        task = self.example()
        whole = {name: torch.randint(2, (num,), generator=rng) for name in task.truth}
        number = {name: torch.randn(num, generator=rng) for name in task.truth}
        for candidate in (whole, number):
            events = self._with(candidate)
            try:
                task.loss(self._prediction(events), events)
            except (VierbeinError, RuntimeError, TypeError, ValueError, IndexError):
                continue
            return candidate
        refuse(
            f"The kit must have truths that task={self.component} understands.",
            f"It accepts neither 0 and 1 nor numbers as {', '.join(task.truth)}.",
            "Draw them:  def truths(self, num, seed=0) -> dict[str, Tensor]",
        )

    def events(self, num: int = 0, seed: int = 0) -> EventBatch:
        """Make events that carry its truths."""
        return self._with(self.truths(num or self.num_events, seed), seed)

    @check(since="0.1")
    def test_says_what_it_needs(self) -> None:
        """It names its metric, the metric's bounds, its truths and its scores."""
        task = self.example()
        low, high = task.bounds
        demand(
            isinstance(task.metric, str) and task.metric.strip() and low < high,
            "A task names the metric that decides, and the bounds between which it lies.",
            f"It says {task.metric!r} between {low} and {high}.",
            'metric = "AUC"; bounds = (0.0, 1.0)',
        )
        for what, names in (("truth", task.truth), ("score_names", task.score_names)):
            demand(
                names and len(set(names)) == len(names) and all(map(str.strip, names)),
                f"Task.{what} must name at least one column, each once.",
                f"It is {names!r}.",
                "Return a tuple of names.",
            )
        demand(
            len(task.curve_axes) == 2 and all(map(str.strip, task.curve_axes)),  # noqa: PLR2004
            "Task.curve_axes must label both axes.",
            f"It is {task.curve_axes!r}.",
            "Return two texts, with units.",
        )

    @check(since="0.1")
    def test_head_learns(self) -> None:
        """Its head predicts what its loss takes, and every parameter of it learns."""
        task, events = self.example(), self.events(12)
        head = task.head(_WIDTH)
        loss = task.loss(head(_representation(len(events))), events)
        loss.sum().backward()  # type: ignore[no-untyped-call]
        dead = [n for n, p in head.named_parameters() if p.grad is None or not p.grad.abs().sum()]
        demand(
            not dead,
            "The loss must reach every parameter of the head.",
            f"It does not reach {', '.join(dead)}.",
            "Use them, and let the loss depend on each column of the prediction.",
        )

    @check(since="0.1")
    def test_loss_is_one_number_an_event(self) -> None:
        """The loss is finite, one number an event, and each depends on its own event alone."""
        task, events = self.example(), self.events(12)
        prediction = self._prediction(events)
        loss = task.loss(prediction, events)
        demand(
            tuple(loss.shape) == (len(events),) and bool(loss.isfinite().all()),
            f"The loss of {len(events)} events must be {len(events)} finite numbers.",
            f"It has the shape {tuple(loss.shape)}, {int((~loss.isfinite()).sum())} not finite.",
            'reduction="none", and sum over the other axes.',
        )
        for i in range(len(events)):
            alone = task.loss(prediction[i : i + 1], events.take(torch.tensor([i])))
            demand(
                apart(alone, loss[i : i + 1].detach()) <= math.sqrt(ROUNDING),
                "An event's loss must not depend on the other events.",
                f"Alone, event {i} has a loss of {float(alone):.6g}; among others "
                f"{float(loss[i]):.6g}.",
                "Normalise by constants, not by the batch.",
            )
        events.event_weight = events.event_weight * 3
        demand(
            torch.equal(task.loss(prediction, events), loss),
            "The loss is each event's own: event weights are applied by whoever sums it.",
            "It changes with the event weights.",
            "Leave them out of `loss`.",
        )

    @check(since="0.1")
    def test_refuses_other_shapes(self) -> None:
        """A prediction of any other shape is refused: (N,) against (N,1) is never broadcast."""
        task, events = self.example(), self.events(12)
        right = self._prediction(events)
        for name, wrong in _wrong_shapes(right):
            found = "a loss, and no error"
            try:
                task.loss(wrong, events)
            except PredictionShapeError:
                continue
            except Exception as error:  # noqa: BLE001 - whatever a task's code raises
                found = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
            refuse(
                f"A prediction of shape {tuple(wrong.shape)} ({name}) must be refused by a "
                f"PredictionShapeError; right is {tuple(right.shape)}.",
                f"What came: {found}.",
                "Compare prediction.shape with the shape that you want before anything else.",
            )

    @check(since="0.1")
    def test_scores(self) -> None:
        """Scores are finite, one row an event, one column a name."""
        task, events = self.example(), self.events(12)
        scores = task.scores(self._prediction(events))
        wanted = (len(events), len(task.score_names))
        demand(
            tuple(scores.shape) == wanted and bool(scores.isfinite().all()),
            f"Scores must be finite and of shape {wanted}.",
            f"They have {tuple(scores.shape)}.",
            "One column a name in `score_names`.",
        )

    @check(since="0.1")
    def test_perfect_and_random_scores(self) -> None:
        """The metric is best for perfect scores, at chance for random ones, and in its bounds."""
        task, events = self.example(), self.events()
        truth = _arrays(events)
        perfect = self._measured(task, self._perfect(task, events), truth)
        blind = _scores(task, self._prediction(events))
        unlearned = self._measured(task, blind, truth)
        low, high = task.bounds
        demand(
            low - ROUNDING <= unlearned <= perfect <= high + ROUNDING,
            f"The metric must lie between {low:g} and {high:g}, and be higher for better scores.",
            f"It is {perfect:g} for perfect scores and {unlearned:g} for random ones.",
            "Turn its sign, or mend `bounds`.",
        )
        demand(
            not math.isfinite(high) or perfect > high - 0.02 * (high - low),
            f"Perfect scores must reach the upper bound, {high:g}.",
            f"Predictions fitted to the truth reach {perfect:g}.",
            "Mend `bounds`, `scores`, or the order of the columns.",
        )
        demand(
            self.chance is None or abs(unlearned - self.chance) <= self.chance_tolerance,
            f"Scores that know nothing must give {self.chance}.",
            f"They give {unlearned:.4g}.",
            "Look whether `measure` compares scores with the truth of the same event.",
        )

    @check(since="0.1")
    def test_event_weights_count_events(self) -> None:
        """An event of weight two counts as two, one of weight zero not at all."""
        task, events = self.example(), self.events()
        truth, scores = _arrays(events), _scores(task, self._prediction(events))
        weights = np.random.default_rng(5).integers(0, 3, len(events))
        rows = np.repeat(np.arange(len(events)), weights)
        copied = {name: values[rows] for name, values in truth.items()}
        weighted = task.measure(scores, truth, np.stack([weights, 2 * weights]).astype(np.float64))
        wanted = self._measured(task, scores[rows], copied)
        demand(
            weighted.shape == (2,) and np.allclose(weighted, wanted, rtol=1e-6),
            "`measure` must give one value a row of event weights, which count events.",
            f"Weights of 0, 1 and 2, and their double, give {weighted}; copying the events "
            f"{wanted:.6g}.",
            "Weight every sum; leave out events of weight zero.",
        )

    @check(since="0.1")
    def test_figures(self) -> None:
        """Its figures have names and finite intervals; the first is the deciding metric."""
        task, events = self.example(), self.events()
        truth, scores = _arrays(events), _scores(task, self._prediction(events))
        figures = task.figures(scores, truth, np.ones(len(events)))
        wanted = self._measured(task, scores, truth)
        demand(
            figures and figures[0].name == task.metric and np.isclose(figures[0].value, wanted),
            f"The first figure must be the metric {task.metric!r}, {wanted:.6g}.",
            f"It is {figures[0].name!r}, {figures[0].value:.6g}." if figures else "There is none.",
            "Put it first, computed as `measure` does.",
        )
        for figure in figures:
            demand(
                isinstance(figure, Figure) and figure.low <= figure.value <= figure.high,
                "Every figure must lie in its own interval.",
                f"{figure.name}: {figure.value:g} in [{figure.low:g}, {figure.high:g}].",
                "Give the interval's lower end first; none is narrower than its value.",
            )

    @check(since="0.1")
    def test_parts(self) -> None:
        """It parts the question by truth or class: one number an event, and who belongs."""
        task, events = self.example(), self.events()
        parts = task.parts(_scores(task, self._prediction(events)), _arrays(events))
        demand(parts, "A loss must not hide in a total.", "There are no parts.", "Write `parts`.")
        for name, (merit, belongs) in parts.items():
            shapes = (np.shape(merit), np.shape(belongs))
            demand(
                shapes == ((len(events),), (len(events),)) and np.asarray(belongs).dtype == bool,
                f"Part {name!r} must have a number and a truth value for each event.",
                f"They have the shapes {shapes}, of {np.asarray(belongs).dtype}.",
                "Part(merit, belongs), both along the events.",
            )

    @check(since="0.1")
    def test_curve(self) -> None:
        """Its curve is a finite line with a label."""
        task, events = self.example(), self.events()
        scores = _scores(task, self._prediction(events))
        line = task.curve("arm", scores, _arrays(events), np.ones(len(events)))
        demand(
            line.label == "arm" and len(line.x) == len(line.y) > 1 and np.isfinite(line.y).all(),
            "The curve must carry the label that it is given, and finite points.",
            f"It is labelled {line.label!r}, with {len(line.x)} and {len(line.y)} numbers.",
            "Line(label, x, y)",
        )

    @check(since="0.1")
    def test_baseline_learns(self) -> None:
        """The conventional method finds what stands plainly in an observable."""
        task, events = self.example(), self.events()
        truth = _arrays(events)
        rng = np.random.default_rng(0)
        told = np.stack([np.asarray(truth[name], dtype=np.float64) for name in task.truth], axis=1)
        observables = np.concatenate([told, rng.normal(size=(len(events), 1))], axis=1)
        ones = np.ones(len(events))
        one, two = (task.baseline(observables, truth, ones, seed=3) for _ in range(2))
        demand(
            isinstance(one, Baseline),
            "`baseline` must give something with `scores(observables)`.",
            f"It gives a {type(one).__name__}.",
            "Return a trained method.",
        )
        scores = one.scores(observables)
        demand(
            np.array_equal(scores, two.scores(observables)),
            "The same seed must give the same baseline.",
            "Two trainings differ.",
            "Pass the seed on.",
        )
        found = self._measured(task, scores, truth)
        blind = self._measured(task, one.scores(rng.permutation(observables)), truth)
        demand(
            found > blind,
            "The baseline must find a truth that stands in an observable.",
            f"Its metric is {found:.4g}; with events mixed up {blind:.4g}.",
            "Train on all observables; give scores in the order of `score_names`.",
        )

    def _with(self, truths: dict[str, Tensor], seed: int = 0) -> EventBatch:
        num = len(next(iter(truths.values())))
        return made_events(lengths=[3] * num, seed=seed, truth=truths)

    def _prediction(self, events: EventBatch) -> Tensor:
        """Predict at random, by the task's own head."""
        with torch.random.fork_rng():
            torch.manual_seed(1)
            head = self.example().head(_WIDTH)
        prediction: Tensor = head(_representation(len(events)))
        return prediction.detach()

    def _perfect(self, task: Task, events: EventBatch) -> Scores:
        """Fit predictions themselves to the truth."""
        prediction = self._prediction(events).requires_grad_()
        optimiser = torch.optim.Adam([prediction], lr=0.5)
        for _ in range(_STEPS):
            optimiser.zero_grad()
            task.loss(prediction, events).sum().backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        return _scores(task, prediction.detach())

    def _measured(self, task: Task, scores: Scores, truth: Truth) -> float:
        return float(task.measure(scores, truth, np.ones((1, len(scores))))[0])


def _representation(num: int) -> Representation:
    rng = torch.Generator().manual_seed(2)
    particles = torch.randn(num, 3, _WIDTH, generator=rng)
    return Representation(particles.mean(1), particles, torch.ones(num, 3, dtype=torch.bool))


def _scores(task: Task, prediction: Tensor) -> Scores:
    scores: Scores = task.scores(prediction).float().numpy()
    return scores


def _arrays(events: EventBatch) -> dict[str, NDArray[np.generic]]:
    return {name: values.numpy() for name, values in events.truth.items()}


def _wrong_shapes(right: Tensor) -> Iterator[tuple[str, Tensor]]:
    yield "one axis more", right.unsqueeze(-1)
    yield "one event more", torch.cat([right, right[:1]])
    yield "one row for all", right[:1]
    if right.dim() == 1:
        yield "a column", right.unsqueeze(1)
        return
    yield "one axis less", right[:, 0]
    yield "one column more", torch.cat([right, right[:, :1]], dim=1)
    if right.shape[1] > 1:
        yield "one column", right[:, :1]
