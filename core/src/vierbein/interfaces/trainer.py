"""Training, for everyone: nobody writes a second loop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.table import EventTable
from vierbein.interfaces.course import Course
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection


@dataclass(frozen=True)
class Budget:
    """What a training may use.

    Parameters
    ----------
    steps
        Optimiser steps.
    learning_rate
        At the peak, after the warm-up.
    """

    steps: int
    learning_rate: float


@dataclass(frozen=True)
class Replay:
    """Events of the source domain that are learned from again.

    They pass the trained network's own backbone and head, and so need the truth of its task.

    Parameters
    ----------
    share
        Of each step's events; they come on top of the step's target events.
    events
        To draw from.
    projection
        From their features to the base's; it does not learn.
    """

    share: float
    events: EventTable
    projection: Projection


@dataclass(frozen=True)
class TrainingEvents:
    """What a training sees.

    Parameters
    ----------
    train
        To learn from.
    validation
        To choose the checkpoint by.
    replay
        Of the source domain, if any.
    """

    train: EventTable
    validation: EventTable
    replay: Replay | None = None


@dataclass(frozen=True)
class Point:
    """One look at a training.

    Parameters
    ----------
    step
        Steps done.
    flops
        Spent by them.
    train_loss
        Mean of the steps since the last look, replayed events and the tuner's penalty included.
    validation_loss
        Of the task alone.
    """

    step: int
    flops: float
    train_loss: float | None
    validation_loss: float


@dataclass(frozen=True)
class Fit:
    """A finished training, judged at its best validation checkpoint.

    Parameters
    ----------
    parameters
        The network's tensors at the best step, tuned and fixed, by name.
    best_step
        0 is the network before training.
    history
        Looks at the training, the start included.
    steps
        That were made: fewer than the budget's after early stopping or divergence.
    flops
        Spent by all steps: real particles only, frozen layers' forward passes and replayed events
        included.
    seconds
        Wall time.
    """

    parameters: Mapping[str, Tensor] = field(repr=False)
    best_step: int
    history: tuple[Point, ...]
    steps: int
    flops: float
    seconds: float


@runtime_checkable
class Loss(Protocol):
    """What a training needs of a task."""

    def loss(
        self, prediction: Float[Tensor, "event output"], events: EventBatch
    ) -> Float[Tensor, " event"]:
        """Give each event's own loss, event weights not applied."""
        ...


@runtime_checkable
class Trainer(Protocol):
    """Fits a network in place and leaves it at its best validation checkpoint."""

    def fit(
        self,
        network: Network,
        task: Loss,
        events: TrainingEvents,
        budget: Budget,
        course: Course | None = None,
    ) -> Fit:
        """Train within the budget, all parameters alike unless a tuner's course says otherwise."""
        ...
