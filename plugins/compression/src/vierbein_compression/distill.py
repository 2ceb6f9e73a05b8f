"""Distillation: a large network teaches the run's student."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.interfaces.compressor import Compressor, Materials
from vierbein.interfaces.network import Network
from vierbein.interfaces.task import Task
from vierbein.interfaces.trainer import Budget
from vierbein_compression.lessons import distance, predicts_classes, relation, response
from vierbein_compression.teacher import Teacher

_NUM_EVENTS = 512
_LEAST = 1e-6


class Distill(Compressor):
    """Train the run's student on the task and on what the given network says of the same events.

    To the task's loss are added, each with a weight:

    - *response*: of a task whose scores are the softmax of its predictions, the divergence of class
      probabilities at a temperature; of any other, the squared distance of predictions;
    - *feature*: the squared distance of a learned linear map of the student's pooled vector from
      the teacher's, in units of its standard deviation;
    - *relation*: the difference of the distances between events, in units of their mean.

    With all three at 0 the student learns alone, from the same events in as many steps.

    Parameters
    ----------
    steps
        Training steps.
    learning_rate
        At the peak.
    response
        Weight of the response.
    temperature
        Divides logits.
    feature
        Weight of the pooled vectors.
    relation
        Weight of the distances between events.

    References
    ----------
    .. [1] G. Hinton, O. Vinyals, J. Dean, arXiv:1503.02531; A. Romero et al., arXiv:1412.6550;
       W. Park, D. Kim, Y. Lu, M. Cho, arXiv:1904.05068.
    """

    def __init__(
        self,
        *,
        steps: int = 2000,
        learning_rate: float = 3e-3,
        response: float = 1.0,
        temperature: float = 2.0,
        feature: float = 0.0,
        relation: float = 0.0,
    ) -> None:
        self.budget = Budget(steps, learning_rate)
        self.weights = Weights(response, temperature, feature, relation)

    def compress(self, network: Network, materials: Materials) -> Network:
        """Train a fresh student."""
        student, train = materials.fresh(), materials.events.train
        some = train.take(np.arange(min(len(train), _NUM_EVENTS)))
        loss = _Taught(materials.task, Teacher(network), self.weights, some)
        learner = _Learner(student, loss.pooled_width)
        materials.trainer.fit(learner, loss, materials.events, self.budget)
        return student.eval()

    def restored(
        self,
        network: Network,  # noqa: ARG002 - as the interface has it
        materials: Materials,
        parameters: Mapping[str, Tensor],
    ) -> Network:
        """Fill a fresh student."""
        student = materials.fresh()
        student.load_state_dict(dict(parameters))
        return student.eval()


@dataclass(frozen=True)
class Weights:
    """Of what is added to the task's loss."""

    response: float
    temperature: float
    feature: float
    relation: float


class _Learner(Network):
    """A student whose predictions are followed by its pooled vector, and by a map of that."""

    def __init__(self, student: Network, width: int) -> None:
        super().__init__(student.projection, student.backbone, student.head)
        self.spare = student.spare
        self.map = nn.Linear(student.backbone.width, width)

    def forward(self, events: EventBatch) -> Tensor:
        seen = self.represent(events)
        return torch.cat([self.head(seen), self.map(seen.pooled), seen.pooled], dim=1)


class _Taught:
    """The task's loss and the teacher's, of a learner's predictions."""

    def __init__(self, task: Task, teacher: Teacher, weights: Weights, some: EventBatch) -> None:
        answers = teacher.answers(some)
        self.task, self.teacher, self.weights = task, teacher, weights
        self.num_outputs, self.pooled_width = answers.prediction.shape[1], answers.pooled.shape[1]
        self.has_classes = predicts_classes(task, answers.prediction)
        self.mean = answers.pooled.mean(0)
        self.scale = answers.pooled.std(0, correction=0).clamp(min=_LEAST)

    def loss(
        self, prediction: Float[Tensor, "event output"], events: EventBatch
    ) -> Float[Tensor, " event"]:
        ends = (self.num_outputs, self.num_outputs + self.pooled_width)
        ours, mapped, pooled = prediction.tensor_split(ends, dim=1)
        total, weights = self.task.loss(ours, events), self.weights
        if not weights.response and not weights.feature and not weights.relation:
            return total
        theirs = self.teacher.answers(events)
        if weights.response and self.has_classes:
            total = total + weights.response * response(
                ours, theirs.prediction, weights.temperature
            )
        elif weights.response:
            total = total + weights.response * distance(ours, theirs.prediction)
        if weights.feature:
            mean, scale = (each.to(mapped.device) for each in (self.mean, self.scale))
            total = total + weights.feature * distance(mapped, (theirs.pooled - mean) / scale)
        if weights.relation:
            total = total + weights.relation * relation(pooled, theirs.pooled)
        return total
