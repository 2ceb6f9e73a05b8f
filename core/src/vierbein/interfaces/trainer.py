"""Training, for everyone: nobody writes a second loop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from torch import Tensor

from vierbein.events.table import EventTable
from vierbein.interfaces.network import Network
from vierbein.interfaces.task import Task


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
class TrainingEvents:
    """What a training sees: events to learn from, events to choose the checkpoint by."""

    train: EventTable
    validation: EventTable


@dataclass(frozen=True)
class Point:
    """One look at a training."""

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
        Spent by all steps: real particles only, frozen layers' forward passes included.
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
class Trainer(Protocol):
    """Fits a network in place and leaves it at its best validation checkpoint."""

    def fit(self, network: Network, task: Task, events: TrainingEvents, budget: Budget) -> Fit:
        """Train within the budget."""
        ...
