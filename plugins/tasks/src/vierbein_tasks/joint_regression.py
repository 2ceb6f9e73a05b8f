"""Several numbers of an event, learned together and judged one by one."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn

from vierbein.errors.predictions import PredictionShapeError
from vierbein.events.batch import EventBatch
from vierbein.interfaces.figure import Figure, Line
from vierbein.interfaces.task import Part, Scores, Task, Truth
from vierbein_tasks.errors import NoTruthError, TruthShapeError, UnsuitableSettingError
from vierbein_tasks.interval import bootstrap
from vierbein_tasks.quantile import quantile
from vierbein_tasks.regression import RegressionHead
from vierbein_tasks.scale import Scale
from vierbein_tasks.trees import JointTrees, NumberTrees

Array = NDArray[np.float64]

_CURVE = np.linspace(0.05, 0.95, 19)


class JointRegression(Task):
    """Predict several truths at once; judged by the mean of their scaled squared errors.

    Each truth is a part of its own, whose merit is its share of the total: where two truths are
    degenerate, a total can improve while one of them gets worse [1]_.

    Parameters
    ----------
    scales
        By truth: what its errors are measured in, about its standard deviation.
    locations
        By truth: what is taken off before it is learned, about its mean; 0 if not given.
    units
        By truth: its unit; a pure number if not given.
    level
        Confidence level of the figures' intervals.

    Raises
    ------
    NoTruthError
        If no truth has a scale, or one without has a location or a unit.
    UnsuitableSettingError
        If a scale is not positive.

    References
    ----------
    .. [1] S. Krishnaraj, A. Bayer, C. Jespersen, P. Melchior, arXiv:2510.19168.
    """

    metric: ClassVar[str] = "negative mean squared error"
    bounds: ClassVar[tuple[float, float]] = (-np.inf, 0.0)

    def __init__(
        self,
        scales: Mapping[str, float],
        *,
        locations: Mapping[str, float] = {},
        units: Mapping[str, str] = {},
        level: float = 0.95,
    ) -> None:
        if not scales or {*locations, *units} - {*scales}:
            raise NoTruthError(list(scales), sorted({*locations, *units} - {*scales}))
        for name, scale in scales.items():
            if not scale > 0:
                raise UnsuitableSettingError(f"scales.{name}", scale, "above 0")
        # Sorted, since a stored configuration does not keep the order of names.
        self._names, self._level = tuple(sorted(scales)), level
        self._scale = np.array([scales[name] for name in self._names], np.float64)
        self._location = np.array([locations.get(name, 0.0) for name in self._names], np.float64)
        self._units = [units.get(name, "1") for name in self._names]

    @property
    def truth(self) -> Sequence[str]:
        """The truths, in alphabetical order."""
        return self._names

    @property
    def score_names(self) -> Sequence[str]:
        """The predictions, in the truths' units."""
        return self._names

    def head(self, width: int) -> nn.Module:
        """Make a network of one hidden layer."""
        return RegressionHead(width, len(self._names))

    def loss(
        self, prediction: Float[Tensor, "event output"], events: EventBatch
    ) -> Float[Tensor, " event"]:
        """Give each event's own loss.

        Parameters
        ----------
        prediction
            Scaled, one column a truth.
        events
            The same events, with their truths.

        Returns
        -------
        Tensor
            Half the squared error of the scaled truths, mean over truths.

        Raises
        ------
        PredictionShapeError
            If the prediction has not one row an event and one column a truth.
        TruthShapeError
            If a truth is not one number an event.
        """
        wanted = (len(events), len(self._names))
        if tuple(prediction.shape) != wanted:
            raise PredictionShapeError(prediction.shape, wanted)
        total = prediction.new_zeros(len(events))
        for column, name in enumerate(self._names):
            truth = events.truth_of(name)
            if tuple(truth.shape) != (len(events),):
                raise TruthShapeError(name, truth.shape, len(events))
            learned = (truth.to(prediction.dtype) - self._location[column]) / self._scale[column]
            total = total + (prediction[:, column] - learned) ** 2
        return total / (2 * len(self._names))

    def scores(self, prediction: Float[Tensor, "event output"]) -> Float[Tensor, "event score"]:
        """Give the predictions in the truths' units."""
        scale, location = (prediction.new_tensor(each) for each in (self._scale, self._location))
        return prediction * scale + location

    def measure(
        self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Compute the negative mean squared error of each replica, mean over truths."""
        total = event_weight.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            error: Array = event_weight @ self._squared(scores, truth).mean(axis=1) / total
        return np.where(total > 0, -error, np.nan)

    def figures(
        self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> list[Figure]:
        """Compute the total, and each truth's root of the mean squared error in its own unit."""

        def total(weights: Array) -> Array:
            return self.measure(scores, truth, weights)

        found = [Figure(self.metric, *bootstrap(total, event_weight, self._level))]
        squared = self._squared(scores, truth)
        for column, name in enumerate(self._names):

            def root(weights: Array, column: int = column) -> Array:
                with np.errstate(invalid="ignore", divide="ignore"):
                    mean = weights @ squared[:, column] / weights.sum(axis=1)
                    spread: Array = self._scale[column] * np.sqrt(mean)
                return spread

            said = bootstrap(root, event_weight, self._level)
            found.append(Figure(f"error of {name}", *said, self._units[column]))
        return found

    def parts(self, scores: Scores, truth: Truth) -> dict[str, Part]:
        """Give each truth's scaled squared error (negative); their mean is the metric."""
        squared = self._squared(scores, truth)
        every = np.ones(len(scores), np.bool_)
        return {name: Part(-squared[:, column], every) for column, name in enumerate(self._names)}

    def curve(
        self, label: str, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> Line:
        """Draw which share of the events is predicted how well, all truths together."""
        error = np.sqrt(self._squared(scores, truth).mean(axis=1))
        x = [float(quantile(error, event_weight[None], share)[0]) for share in _CURVE]
        drawn = [(a, float(b)) for a, b in zip(x, _CURVE, strict=True) if np.isfinite(a)]
        return Line(label, [a for a, _ in drawn], [b for _, b in drawn])

    @property
    def curve_axes(self) -> tuple[str, str]:
        """Error and share of events."""
        return f"scaled error of {', '.join(self._names)}, root mean square", "share of events"

    def baseline(
        self,
        observables: NDArray[np.float64],
        truth: Truth,
        event_weight: NDArray[np.float64],
        seed: int,
    ) -> JointTrees:
        """Train boosted trees on each scaled truth alone."""
        values = self._values(truth)
        scales = [
            Scale(name, "none", float(location), float(scale))
            for name, location, scale in zip(self._names, self._location, self._scale, strict=True)
        ]
        return JointTrees(
            [
                NumberTrees.fit(
                    observables,
                    scale.learned_of_array(values[:, column]),
                    scale.truths_of_array,
                    event_weight,
                    seed,
                )
                for column, scale in enumerate(scales)
            ]
        )

    def _values(self, truth: Truth) -> Array:
        columns = [np.asarray(truth[name], dtype=np.float64) for name in self._names]
        for name, column in zip(self._names, columns, strict=True):
            if column.ndim != 1:
                raise TruthShapeError(name, column.shape, len(column))
        return np.stack(columns, axis=1)

    def _squared(self, scores: Scores, truth: Truth) -> Array:
        values = self._values(truth)
        if scores.shape != values.shape:
            raise PredictionShapeError(scores.shape, values.shape)
        squared: Array = ((scores.astype(np.float64) - values) / self._scale) ** 2
        return squared
