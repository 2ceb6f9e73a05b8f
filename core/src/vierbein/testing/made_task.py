"""A task of two kinds of events, for contracts of components that are handed one."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from vierbein.errors.predictions import PredictionShapeError
from vierbein.events.batch import EventBatch
from vierbein.interfaces.figure import Figure, Line
from vierbein.interfaces.task import Part, Scores, Task, Truth
from vierbein.testing.small_network import SmallHead


class MadeTask(Task):
    """Tell events of kind 1 from those of kind 0."""

    metric: ClassVar[str] = "AUC"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)

    @property
    def truth(self) -> Sequence[str]:
        """The kind."""
        return ("kind",)

    @property
    def score_names(self) -> Sequence[str]:
        """Probability of kind 1."""
        return ("p_one",)

    def head(self, width: int) -> nn.Module:
        """Make a linear layer."""
        return SmallHead(width, 2)

    def loss(
        self, prediction: Float[Tensor, "event output"], events: EventBatch
    ) -> Float[Tensor, " event"]:
        """Give the cross entropy.

        Parameters
        ----------
        prediction
            Logits, one column a class.
        events
            The same events, with their truth.

        Returns
        -------
        Tensor
            One cross entropy an event, in nats.

        Raises
        ------
        PredictionShapeError
            If the prediction has not one row an event and two columns.
        """
        if tuple(prediction.shape) != (len(events), 2):
            raise PredictionShapeError(prediction.shape, (len(events), 2))
        truth = events.truth_of("kind")
        return nn.functional.cross_entropy(prediction, truth, reduction="none")

    def scores(self, prediction: Float[Tensor, "event output"]) -> Float[Tensor, "event score"]:
        """Give the probability of kind 1."""
        return prediction.softmax(dim=1)[:, 1:]

    def measure(
        self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Compute the AUC of each replica."""
        kind = truth["kind"]
        return np.array([_auc(kind, scores[:, 0], weights) for weights in event_weight])

    def figures(
        self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> list[Figure]:
        """Compute the AUC, its interval left at the bounds."""
        return [Figure("AUC", float(self.measure(scores, truth, event_weight[None])[0]), 0.0, 1.0)]

    def parts(self, scores: Scores, truth: Truth) -> dict[str, Part]:
        """Give, for each kind, which of its events are called right."""
        kind = truth["kind"]
        right = ((scores[:, 0] > 1 / 2) == kind).astype(np.float64)
        return {f"kind {value}": Part(right, kind == value) for value in (0, 1)}

    def curve(
        self, label: str, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> Line:
        """Draw the fraction of each kind above each score."""
        above = scores >= np.linspace(0, 1, 21)
        weights = [event_weight * (truth["kind"] == value) for value in (0, 1)]
        x, y = ((weight @ above / weight.sum()).tolist() for weight in weights)
        return Line(label, x, y)

    @property
    def curve_axes(self) -> tuple[str, str]:
        """Both efficiencies."""
        return "efficiency of kind 0", "efficiency of kind 1"

    def baseline(
        self,
        observables: NDArray[np.float64],
        truth: Truth,
        event_weight: NDArray[np.float64],
        seed: int,
    ) -> "MadeBaseline":
        """Fit a logistic regression."""
        fitted = LogisticRegression(random_state=seed)
        return MadeBaseline(fitted.fit(observables, truth["kind"], np.abs(event_weight)))


class MadeBaseline:
    """A fitted logistic regression."""

    def __init__(self, fitted: LogisticRegression) -> None:
        self._fitted = fitted

    def scores(self, observables: NDArray[np.float64]) -> Scores:
        """Score events."""
        scores: Scores = self._fitted.predict_proba(observables)[:, 1:].astype(np.float32)
        return scores


def _auc(kind: NDArray[np.int64], score: Scores, weights: NDArray[np.float64]) -> float:
    used = weights != 0
    if len(np.unique(kind[used])) < 2:  # noqa: PLR2004 - nothing to tell apart
        return float("nan")
    return float(roc_auc_score(kind[used], score[used], sample_weight=weights[used]))


def kinds(num: int, seed: int) -> dict[str, Tensor]:
    """Draw the truth of so many events."""
    rng = torch.Generator().manual_seed(seed)
    return {"kind": torch.randint(2, (num,), generator=rng)}
