import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from torch import Tensor, nn

from vierbein.errors.predictions import PredictionShapeError
from vierbein.events.batch import EventBatch
from vierbein.interfaces.backbone import Representation
from vierbein.interfaces.figure import Figure, Line
from vierbein.interfaces.task import Baseline, Part, Scores, Task, Truth


class Head(nn.Module):
    """Pooled representation -> one number an event."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, 1)

    def forward(self, representation: Representation) -> Tensor:
        predicted: Tensor = self.linear(representation.pooled)
        return predicted


class Trees:
    """Boosted trees that estimate the truth from observables."""

    def __init__(self, trees: HistGradientBoostingRegressor) -> None:
        self.trees = trees

    def scores(self, observables: NDArray[np.float64]) -> Scores:
        return np.asarray(self.trees.predict(observables), np.float32)[:, None]


class Exemplar(Task):
    """Estimates a truth by least squares; judged by the share of its variance that is explained.

    Parameters
    ----------
    quantity
        Which truth.
    """

    metric, bounds, curve_axes = "R2", (-math.inf, 1.0), ("largest error", "share of events")

    def __init__(self, quantity: str = "process") -> None:
        self.quantity = quantity

    @property
    def truth(self) -> Sequence[str]:
        return (self.quantity,)

    @property
    def score_names(self) -> Sequence[str]:
        return (f"estimated_{self.quantity}",)

    def head(self, width: int) -> nn.Module:
        return Head(width)

    def loss(
        self, prediction: Float[Tensor, "event output"], events: EventBatch
    ) -> Float[Tensor, " event"]:
        truth = events.truth_of(self.quantity).to(prediction).unsqueeze(1)
        if prediction.shape != truth.shape:
            raise PredictionShapeError(prediction.shape, truth.shape)
        return (prediction - truth).square().squeeze(1)

    def scores(self, prediction: Float[Tensor, "event output"]) -> Float[Tensor, "event score"]:
        return prediction

    def measure(
        self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        wanted = np.asarray(truth[self.quantity], np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = (event_weight @ wanted / event_weight.sum(1))[:, None]
            spread = (event_weight * (wanted - mean) ** 2).sum(1)
            return np.asarray(1 - event_weight @ self._errors(scores, truth) ** 2 / spread)

    def figures(
        self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> list[Figure]:
        value = self.measure(scores, truth, event_weight[None])[0]
        draws = np.random.default_rng(0).poisson(1.0, (200, len(event_weight)))
        low, high = np.quantile(self.measure(scores, truth, draws * event_weight), [0.025, 0.975])
        return [Figure(self.metric, float(value), float(low), float(high))]

    def parts(self, scores: Scores, truth: Truth) -> dict[str, Part]:
        merit, wanted = -(self._errors(scores, truth) ** 2), truth[self.quantity]
        is_large = wanted > wanted.mean()
        return {"small": Part(merit, ~is_large), "large": Part(merit, is_large)}

    def curve(
        self, label: str, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> Line:
        errors = np.abs(self._errors(scores, truth))
        order = np.argsort(errors)
        shares = event_weight[order].cumsum() / event_weight.sum()
        return Line(label, errors[order].tolist(), shares.tolist())

    def baseline(
        self,
        observables: NDArray[np.float64],
        truth: Truth,
        event_weight: NDArray[np.float64],
        seed: int,
    ) -> Baseline:
        trees = HistGradientBoostingRegressor(random_state=seed, early_stopping=False)
        return Trees(trees.fit(observables, truth[self.quantity], event_weight.clip(min=0)))

    def _errors(self, scores: Scores, truth: Truth) -> NDArray[np.float64]:
        return np.asarray(scores[:, 0] - truth[self.quantity], np.float64)
