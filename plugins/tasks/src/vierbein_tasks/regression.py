"""A number of an event."""

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn

from vierbein.errors.predictions import PredictionShapeError
from vierbein.events.batch import EventBatch
from vierbein.interfaces.backbone import Representation
from vierbein.interfaces.figure import Figure, Line
from vierbein.interfaces.task import Part, Scores, Task, Truth
from vierbein_tasks.errors import (
    BinEdgesError,
    TruthShapeError,
    UnsuitableSettingError,
    UnsuitableTruthError,
)
from vierbein_tasks.interval import bootstrap
from vierbein_tasks.quantile import quantile
from vierbein_tasks.scale import Scale
from vierbein_tasks.trees import NumberTrees

Array = NDArray[np.float64]

_CORE = 0.6827
"""The share of a normal distribution within one standard deviation."""
_CURVE_POINTS, _EVENTS_A_POINT = 10, 10
_QUARTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


class RegressionHead(nn.Module):
    """Representation -> numbers; not normalised, since its size may say how large they are.

    Parameters
    ----------
    width
        Of the representation.
    num_outputs
        How many numbers.
    """

    def __init__(self, width: int, num_outputs: int = 1) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(width, width), nn.GELU(), nn.Linear(width, num_outputs)
        )

    def forward(self, representation: Representation) -> Float[Tensor, "event output"]:
        """Give the prediction, scaled."""
        prediction: Tensor = self.layers(representation.pooled)
        return prediction


class Regression(Task):
    """Predict a truth by name; judged by the distance from it that most events keep.

    The resolution is the distance between prediction and truth that 68.27 % of the events do not
    exceed: a standard deviation where errors are normal, and larger where they are biased.

    Parameters
    ----------
    truth
        Name of the truth.
    unit
        Its unit.
    transform
        ``log1p``: the network learns the logarithm of one plus the truth, as is usual for energies.
    location
        Taken off the (transformed) truth before it is learned: about its mean.
    scale
        What it is then divided by: about its standard deviation.
    loss
        ``huber``, quadratic for small errors and linear for large ones, or ``squared``; of the
        scaled truth.
    huber_delta
        Where Huber's loss turns linear, in units of `scale`.
    residual
        ``absolute``, prediction less truth, or ``relative``, that over the truth.
    bin_edges
        Edges, in the truth's unit, of the parts that are judged alone; quartiles if empty.
    level
        Confidence level of the figures' intervals.

    Raises
    ------
    BinEdgesError
        If the edges do not rise.
    UnsuitableSettingError
        If a scale is not positive.

    References
    ----------
    .. [1] R. Krzmanc, V. Mikuni, B. Nachman, C. Wilkinson, arXiv:2604.12364: Huber's loss of
       log1p of the available energy.
    """

    metric: ClassVar[str] = "negative resolution"
    bounds: ClassVar[tuple[float, float]] = (-np.inf, 0.0)

    def __init__(  # noqa: PLR0913 - every setting is a typed parameter
        self,
        truth: str,
        *,
        unit: str = "1",
        transform: Literal["none", "log1p"] = "none",
        location: float = 0.0,
        scale: float = 1.0,
        loss: Literal["huber", "squared"] = "huber",
        huber_delta: float = 1.0,
        residual: Literal["absolute", "relative"] = "absolute",
        bin_edges: Sequence[float] = (),
        level: float = 0.95,
    ) -> None:
        for name, value in (("scale", scale), ("huber_delta", huber_delta)):
            if not value > 0:
                raise UnsuitableSettingError(name, value, "above 0")
        if bin_edges and (len(bin_edges) < 2 or np.any(np.diff(bin_edges) <= 0)):  # noqa: PLR2004
            raise BinEdgesError(bin_edges)
        self._truth, self._unit = truth, unit
        self._scale = Scale(truth, transform, location, scale)
        self._delta = huber_delta if loss == "huber" else np.inf
        self._is_relative = residual == "relative"
        self._bin_edges, self._level = tuple(bin_edges), level

    @property
    def truth(self) -> Sequence[str]:
        """The one truth."""
        return (self._truth,)

    @property
    def score_names(self) -> Sequence[str]:
        """The prediction, in the truth's unit."""
        return (self._truth,)

    def head(self, width: int) -> nn.Module:
        """Make a network of one hidden layer."""
        return RegressionHead(width)

    def loss(
        self, prediction: Float[Tensor, "event output"], events: EventBatch
    ) -> Float[Tensor, " event"]:
        """Give each event's own loss.

        Parameters
        ----------
        prediction
            Scaled, a column.
        events
            The same events, with their truth.

        Returns
        -------
        Tensor
            Half the squared error of the scaled truth; linear from `huber_delta` on.

        Raises
        ------
        PredictionShapeError
            If the prediction has not one row an event and one column.
        TruthShapeError
            If the truth is not one number an event.
        UnsuitableTruthError
            If the transform cannot take a truth.
        """
        if tuple(prediction.shape) != (len(events), 1):
            raise PredictionShapeError(prediction.shape, (len(events), 1))
        truth = events.truth_of(self._truth)
        if tuple(truth.shape) != (len(events),):
            raise TruthShapeError(self._truth, truth.shape, len(events))
        error = (prediction[:, 0] - self._scale.learned(truth.to(prediction.dtype))).abs()
        core = error.clamp(max=self._delta)
        return core * (error - core / 2)

    def scores(self, prediction: Float[Tensor, "event output"]) -> Float[Tensor, "event score"]:
        """Give the prediction in the truth's unit."""
        return self._scale.truths(prediction)

    def measure(
        self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Compute the negative resolution of each replica."""
        return -quantile(np.abs(self._residuals(scores, truth)), event_weight, _CORE)

    def figures(
        self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> list[Figure]:
        """Compute the resolution, the median and the interquartile range of the residuals.

        Intervals are those of a bootstrap.
        """
        residuals = self._residuals(scores, truth)
        unit = "1" if self._is_relative else self._unit

        def middle(weights: Array) -> Array:
            return quantile(residuals, weights, 0.5)

        def spread(weights: Array) -> Array:
            return quantile(residuals, weights, 0.75) - quantile(residuals, weights, 0.25)

        def measured(weights: Array) -> Array:
            return self.measure(scores, truth, weights)

        statistics = {
            self.metric: measured,
            "bias (median of the residuals)": middle,
            "interquartile range of the residuals": spread,
        }
        return [
            Figure(name, *bootstrap(statistic, event_weight, self._level), unit)
            for name, statistic in statistics.items()
        ]

    def parts(self, scores: Scores, truth: Truth) -> dict[str, Part]:
        """Give, for each bin of the truth, how far predictions are off (negative)."""
        values = self._values(truth)
        edges = np.array(self._bin_edges) if self._bin_edges else np.quantile(values, _QUARTILES)
        edges = np.unique(edges)
        merit = -np.abs(self._residuals(scores, truth))
        bins = list(pairwise(edges)) or [(edges[0], edges[0])]
        return {
            f"{self._truth} from {low:.4g} to {high:.4g}": Part(
                merit,
                (values >= low) & ((values < high) | ((values == high) & (high == edges[-1]))),
            )
            for low, high in bins
        }

    def curve(
        self, label: str, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> Line:
        """Draw the resolution against the truth, in groups of as many events."""
        values, off = self._values(truth), np.abs(self._residuals(scores, truth))
        num = int(np.clip(len(values) // _EVENTS_A_POINT, 1, _CURVE_POINTS))
        groups = np.array_split(np.argsort(values, kind="stable"), num)
        x = [float(values[group].mean()) for group in groups]
        y = [float(quantile(off[group], event_weight[None, group], _CORE)[0]) for group in groups]
        drawn = [(a, b) for a, b in zip(x, y, strict=True) if np.isfinite(b)]
        return Line(label, [a for a, _ in drawn], [b for _, b in drawn])

    @property
    def curve_axes(self) -> tuple[str, str]:
        """Truth and resolution."""
        kind = "relative resolution" if self._is_relative else f"resolution [{self._unit}]"
        return f"{self._truth} [{self._unit}]", kind

    def baseline(
        self,
        observables: NDArray[np.float64],
        truth: Truth,
        event_weight: NDArray[np.float64],
        seed: int,
    ) -> NumberTrees:
        """Train boosted trees on the scaled truth."""
        learned = self._scale.learned_of_array(self._values(truth))
        inverse = self._scale.truths_of_array
        return NumberTrees.fit(observables, learned, inverse, event_weight, seed)

    def _values(self, truth: Truth) -> Array:
        values = np.asarray(truth[self._truth], dtype=np.float64)
        if values.ndim != 1:
            raise TruthShapeError(self._truth, values.shape, len(values))
        return values

    def _residuals(self, scores: Scores, truth: Truth) -> Array:
        values = self._values(truth)
        if scores.shape != (len(values), 1):
            raise PredictionShapeError(scores.shape, (len(values), 1))
        residuals: Array = scores[:, 0].astype(np.float64) - values
        if not self._is_relative:
            return residuals
        if (values <= 0).any():
            raise UnsuitableTruthError(
                self._truth, float(values.min()), "residual=relative", "above 0"
            )
        relative: Array = residuals / values
        return relative
