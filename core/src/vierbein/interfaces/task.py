"""Tasks: head, loss and metrics."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.interfaces.figure import Figure, Line

Scores = NDArray[np.float32]
"""One row an event, one column a `Task.score_names`."""
Truth = Mapping[str, NDArray[Any]]


class Part(NamedTuple):
    """A truth or class judged alone: a figure of merit of the events that belong to it."""

    merit: NDArray[np.float64]
    """One number an event, whose mean is the figure; higher is better."""
    belongs: NDArray[np.bool_]
    """True for the events that count."""


@runtime_checkable
class Baseline(Protocol):
    """A trained conventional method on observables."""

    def scores(self, observables: NDArray[np.float64]) -> Scores:
        """Score events, one row each."""
        ...


class Task(ABC):
    """What is predicted of an event.

    Every array has its events along the first axis. Event weights may be negative.
    """

    metric: ClassVar[str]
    """Name of the figure that decides; higher is better."""
    bounds: ClassVar[tuple[float, float]] = (-math.inf, math.inf)
    """Smallest and largest value that the metric can have."""

    @property
    @abstractmethod
    def truth(self) -> Sequence[str]:
        """Names of the truths that it needs."""

    @property
    @abstractmethod
    def score_names(self) -> Sequence[str]:
        """Names of the columns of scores."""

    @property
    def outputs(self) -> Sequence[str]:
        """Names of the columns of a prediction, by which a base's head is expanded.

        The names of the scores, if there is one score a column.
        """
        return self.score_names

    @abstractmethod
    def head(self, width: int) -> nn.Module:
        """Make a small network from a `Representation` of this width to a prediction."""

    @abstractmethod
    def loss(
        self, prediction: Float[Tensor, "event output"], events: EventBatch
    ) -> Float[Tensor, " event"]:
        """Give each event's own loss, event weights not applied.

        Parameters
        ----------
        prediction
            What the network gave.
        events
            The same events, with their truth.

        Returns
        -------
        Tensor
            One loss an event.

        Raises
        ------
        PredictionShapeError
            If prediction and truth do not have one shape: nothing is ever broadcast.
        """

    @abstractmethod
    def scores(self, prediction: Float[Tensor, "event output"]) -> Float[Tensor, "event score"]:
        """Turn predictions into scores."""

    @abstractmethod
    def measure(
        self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Compute the deciding metric for many sets of event weights at once.

        Parameters
        ----------
        scores
            One row an event.
        truth
            By name.
        event_weight
            One row a replica (a bootstrap's multiplicities times the event weights, or zero outside
            a slice), one column an event.

        Returns
        -------
        ndarray
            One value a replica; NaN where it is not defined.
        """

    @abstractmethod
    def figures(
        self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> list[Figure]:
        """Compute every metric of the report's table, with intervals; the deciding one first."""

    @abstractmethod
    def parts(self, scores: Scores, truth: Truth) -> dict[str, Part]:
        """Part the question by truth or class, so that a loss cannot hide in a total."""

    @abstractmethod
    def curve(
        self, label: str, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> Line:
        """Draw the task's usual curve (a ROC, a resolution)."""

    @property
    @abstractmethod
    def curve_axes(self) -> tuple[str, str]:
        """Labels of that curve's axes, with units."""

    @abstractmethod
    def baseline(
        self,
        observables: NDArray[np.float64],
        truth: Truth,
        event_weight: NDArray[np.float64],
        seed: int,
    ) -> Baseline:
        """Train boosted trees, or the field's cut, on physics observables."""
