"""Students end where the losses say."""

import math

import numpy as np
import pytest
import torch

from vierbein.events.batch import EventBatch
from vierbein.interfaces.trainer import Budget
from vierbein.testing.made_task import MadeTask
from vierbein_compression.distill import Distill
from vierbein_compression.lessons import distance, predicts_classes, relation, response
from vierbein_compression.teacher import Teacher

SAYS = 0.2
"""What the teacher says of every event: its probability of kind 1, or the value itself."""


class MadeRegression(MadeTask):
    """Predict two numbers, both of which are the kind."""

    def loss(self, prediction, events):
        return (prediction - events.truth_of("kind")[:, None].float()).square().mean(1)

    def scores(self, prediction):
        return prediction


def alike(events, share):
    """Give copies of the first event, the first of them of kind 1."""
    num = len(events)
    same = events.take(torch.zeros(num, dtype=torch.int64))
    kind = (torch.arange(num) < share * num).long()
    return EventBatch(
        same.schema,
        same.p4,
        same.features,
        same.offsets,
        truth={"kind": kind},
        event_id=torch.arange(num),
    )


def constant(network, prediction):
    with torch.no_grad():
        network.head.weight.zero_()
        network.head.bias.copy_(torch.tensor(prediction))
    return network


@pytest.mark.parametrize(
    ("task", "says", "read"),
    [
        (MadeTask(), [math.log(1 - SAYS), math.log(SAYS)], lambda p: p.softmax(1)[0, 1]),
        (MadeRegression(), [SAYS, SAYS], lambda p: p[0, 0]),
    ],
)
@pytest.mark.parametrize("weight", [0.0, 3.0])
def test_between_truth_and_teacher(make_student, make_events, materials, task, says, read, weight):
    """Three quarters are of kind 1: the optimum is (3/4 + w t) / (1 + w), at temperature 1."""
    events = alike(make_events(), 0.75)
    distill = Distill(steps=100, learning_rate=0.03, response=weight, temperature=1.0)
    teacher = constant(make_student(seed=5), says)
    student = distill.compress(teacher, materials(events, task))
    found = float(read(student(events).detach()))
    assert found == pytest.approx((0.75 + weight * SAYS) / (1 + weight), abs=0.01)


def test_without_lessons_the_student_learns_alone(make_student, make_events, materials):
    """Bit by bit what the trainer makes of the same student without a teacher."""
    given = materials(make_events())
    student = Distill(steps=8, learning_rate=3e-3, response=0.0).compress(make_student(), given)
    alone = given.fresh()
    given.trainer.fit(alone, given.task, given.events, Budget(8, 3e-3))
    theirs = alone.state_dict()
    assert all(torch.equal(v, theirs[name]) for name, v in student.state_dict().items())


def test_features_become_a_linear_map_of_the_teachers(make_student, make_events, materials):
    """Less of the teacher's variance is left over than before, and than where none was taught."""
    teacher, events = make_student(seed=5, width=16), make_events()
    given, left = materials(events, fresh=lambda: make_student(width=16)), {}
    for weight in (0.0, 10.0):
        distill = Distill(steps=100, learning_rate=0.02, response=0.0, feature=weight)
        left[weight] = _unexplained(distill.compress(teacher, given), teacher, events)
    assert left[10.0] < min(left[0.0], _unexplained(given.fresh(), teacher, events)) / 2


def _unexplained(student, teacher, events):
    """Give the share of the teacher's variance that no linear map of the student's vector has."""
    with torch.no_grad():
        x, y = (each.represent(events).pooled.double().numpy() for each in (student, teacher))
    x, y = np.column_stack([x, np.ones(len(x))]), y - y.mean(0)
    left = y - x @ np.linalg.lstsq(x, y)[0]
    return float(np.square(left).sum() / np.square(y).sum())


def test_relations_know_no_rotation_and_no_scale():
    rng = torch.Generator().manual_seed(0)
    vectors = torch.randn(20, 5, generator=rng)
    turned, _ = torch.linalg.qr(torch.randn(5, 5, generator=rng))
    assert relation(7 * vectors @ turned + 3, vectors).max() < 1e-6
    assert relation(torch.randn(20, 3, generator=rng), vectors).min() > 1e-3
    one = relation(vectors[:1], vectors[:1].requires_grad_())
    assert one.isfinite().all()


def test_response_is_zero_where_both_agree():
    logits = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    assert response(logits + 5, logits, 2.0).abs().max() < 1e-5
    assert distance(logits, logits).max() == 0


def test_which_tasks_predict_classes(make_events):
    predictions = torch.randn(6, 2, generator=torch.Generator().manual_seed(0))
    assert predicts_classes(MadeTask(), predictions)
    assert not predicts_classes(MadeRegression(), predictions)
    assert not predicts_classes(MadeRegression(), predictions[:, :1])


def test_a_teacher_answers_once(make_student, make_events):
    asked = []
    teacher = Teacher(make_student())
    ask = teacher._ask
    teacher._ask = lambda events: asked.append(len(events)) or ask(events)
    events = make_events(6)
    first = teacher.answers(events.take(torch.tensor([1, 3])))
    again = teacher.answers(events.take(torch.tensor([3, 0, 1])))
    assert asked == [2, 1]
    assert torch.equal(first.prediction, again.prediction[[2, 0]])
