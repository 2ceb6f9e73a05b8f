"""Which kind of event it is."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn

from vierbein.errors.predictions import PredictionShapeError
from vierbein.events.batch import EventBatch
from vierbein.interfaces.backbone import Representation
from vierbein.interfaces.figure import Figure, Line
from vierbein.interfaces.task import Part, Scores, Task, Truth
from vierbein_tasks.errors import (
    FewClassesError,
    TruthShapeError,
    UnknownClassError,
    UnknownCodeError,
    UnsuitableSettingError,
)
from vierbein_tasks.interval import bootstrap
from vierbein_tasks.ranking import auc, efficiencies
from vierbein_tasks.trees import ClassTrees

Array = NDArray[np.float64]

_CURVE_POINTS = 200


class ClassificationHead(nn.Module):
    """Representation -> one logit a class.

    Parameters
    ----------
    width
        Of the representation.
    num_classes
        Of the task.
    """

    def __init__(self, width: int, num_classes: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.linear = nn.Linear(width, num_classes)

    def forward(self, representation: Representation) -> Float[Tensor, "event output"]:
        """Give the logits."""
        logits: Tensor = self.linear(self.norm(representation.pooled))
        return logits


class Classification(Task):
    """Tell classes apart by cross entropy; judged by how each ranks above all others.

    The deciding AUC is the mean over the classes of one against the rest; of two, simply theirs.

    Parameters
    ----------
    truth
        Name of the truth that holds the classes' codes.
    classes
        Name of each class and its code.
    class_weights
        Factors of the loss of some classes' events, 1 for the others; figures do not know them.
    signal
        The class whose curve is drawn; the last if not given.
    level
        Confidence level of the figures' intervals.

    Raises
    ------
    FewClassesError
        If there are not two classes with codes of their own.
    UnknownClassError
        If a setting names another class.
    UnsuitableSettingError
        If a class's weight is not positive.
    """

    metric: ClassVar[str] = "AUC"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)

    def __init__(
        self,
        truth: str,
        classes: Mapping[str, int],
        *,
        class_weights: Mapping[str, float] | None = None,
        signal: str | None = None,
        level: float = 0.95,
    ) -> None:
        self._classes = tuple(classes)
        class_weights = class_weights or {}
        if len(self._classes) < 2 or len(set(classes.values())) < len(self._classes):  # noqa: PLR2004
            raise FewClassesError(self._classes)
        signal = self._classes[-1] if signal is None else signal
        for setting, names in (("signal", [signal]), ("class_weights", list(class_weights))):
            if unknown := [name for name in names if name not in self._classes]:
                raise UnknownClassError(setting, unknown[0], self._classes)
        for name, weight in class_weights.items():
            if not weight > 0:
                raise UnsuitableSettingError(f"class_weights.{name}", weight, "above 0")
        self._truth, self._level = truth, level
        self._codes = np.array([classes[name] for name in self._classes])
        self._signal = self._classes.index(signal)
        self._weights = tuple(float(class_weights.get(name, 1.0)) for name in self._classes)

    @property
    def truth(self) -> Sequence[str]:
        """The truth that holds the codes."""
        return (self._truth,)

    @property
    def score_names(self) -> Sequence[str]:
        """One probability a class."""
        return tuple(f"p_{name}" for name in self._classes)

    def head(self, width: int) -> nn.Module:
        """Make a normalised linear layer."""
        return ClassificationHead(width, len(self._classes))

    def loss(
        self, prediction: Float[Tensor, "event output"], events: EventBatch
    ) -> Float[Tensor, " event"]:
        """Give each event's cross entropy, times its class's weight.

        Parameters
        ----------
        prediction
            Logits, one column a class.
        events
            The same events, with their truth.

        Returns
        -------
        Tensor
            One number an event, in nats.

        Raises
        ------
        PredictionShapeError
            If the prediction has not one row an event and one column a class.
        """
        wanted = (len(events), len(self._classes))
        if tuple(prediction.shape) != wanted:
            raise PredictionShapeError(prediction.shape, wanted)
        classes = self._class_of(events.truth_of(self._truth).cpu().numpy())
        truth = torch.from_numpy(classes).to(prediction.device)
        entropy = nn.functional.cross_entropy(prediction, truth, reduction="none")
        return entropy * entropy.new_tensor(self._weights)[truth]

    def scores(self, prediction: Float[Tensor, "event output"]) -> Float[Tensor, "event score"]:
        """Give the classes' probabilities."""
        return prediction.softmax(dim=1)

    def measure(
        self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Compute the mean AUC of each replica, over the classes that it has events of."""
        every = np.stack(list(self._aucs(scores, truth, event_weight).values()))
        num = np.isfinite(every).sum(0)
        mean: Array = np.divide(
            np.nansum(every, axis=0), num, out=np.full(len(num), np.nan), where=num > 0
        )
        return mean

    def figures(
        self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> list[Figure]:
        """Compute AUC, accuracy, mean efficiency, and the AUC of each of more than two classes.

        Intervals are those of a bootstrap; a figure of a class without events is left out.
        """
        classes, called = self._class_of(truth[self._truth]), scores.argmax(1)
        is_right = (called == classes).astype(np.float64)

        def measured(weights: Array) -> Array:
            return self.measure(scores, truth, weights)

        def accuracy(weights: Array) -> Array:
            return _share(weights, is_right)

        def efficiency(weights: Array) -> Array:
            present = [index for index in range(len(self._classes)) if (classes == index).any()]
            shares = [_share(weights * (classes == index), is_right) for index in present]
            mean: Array = np.mean(shares, axis=0)
            return mean

        statistics = {self.metric: measured, "accuracy": accuracy, "mean efficiency": efficiency}
        figures = [
            Figure(name, *bootstrap(statistic, event_weight, self._level))
            for name, statistic in statistics.items()
        ]
        if len(self._classes) > 2:  # noqa: PLR2004 - two classes have one AUC
            for index, name in enumerate(self._classes):

                def of_class(weights: Array, index: int = index) -> Array:
                    return auc(scores[:, index], classes == index, weights)

                figure = bootstrap(of_class, event_weight, self._level)
                if np.isfinite(figure[0]):
                    figures.append(Figure(f"AUC of {name}", *figure))
        return figures

    def parts(self, scores: Scores, truth: Truth) -> dict[str, Part]:
        """Give, for each class, which of its events are called by their name."""
        classes, called = self._class_of(truth[self._truth]), scores.argmax(1)
        return {
            name: Part((called == index).astype(np.float64), classes == index)
            for index, name in enumerate(self._classes)
        }

    def curve(
        self, label: str, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> Line:
        """Draw the receiver operating characteristic of the signal class."""
        is_signal = self._class_of(truth[self._truth]) == self._signal
        signal, background = efficiencies(scores[:, self._signal], is_signal, event_weight)
        at = np.unique(np.linspace(0, len(signal) - 1, _CURVE_POINTS).astype(int))
        x, y = (values[at] / values[-1] for values in (signal, background))
        return Line(label, x.tolist(), y.tolist())

    @property
    def curve_axes(self) -> tuple[str, str]:
        """Signal and background efficiency."""
        return f"{self._classes[self._signal]} efficiency", "background efficiency"

    def baseline(
        self,
        observables: NDArray[np.float64],
        truth: Truth,
        event_weight: NDArray[np.float64],
        seed: int,
    ) -> ClassTrees:
        """Train boosted trees."""
        classes = self._class_of(truth[self._truth])
        return ClassTrees.fit(observables, classes, len(self._classes), event_weight, seed)

    def _aucs(self, scores: Scores, truth: Truth, event_weight: Array) -> dict[str, Array]:
        classes = self._class_of(truth[self._truth])
        # Of two classes, each has the other's AUC.
        named = self._classes[-1:] if len(self._classes) == 2 else self._classes  # noqa: PLR2004
        indices = {name: self._classes.index(name) for name in named}
        return {
            name: auc(scores[:, index], classes == index, event_weight)
            for name, index in indices.items()
        }

    def _class_of(self, codes: NDArray[np.generic]) -> NDArray[np.int64]:
        if codes.ndim != 1:
            raise TruthShapeError(self._truth, codes.shape, len(codes))
        matches = codes[:, None] == self._codes
        if not (known := matches.any(axis=1)).all():
            raise UnknownCodeError(self._truth, int(codes[~known][0]), self._classes)
        classes: NDArray[np.int64] = matches.argmax(axis=1)
        return classes


def _share(weights: Array, belongs: Array) -> Array:
    """Give the share of weight that belongs; NaN without weight."""
    total = weights.sum(1)
    share: Array = np.divide(
        weights @ belongs, total, out=np.full(len(total), np.nan), where=total > 0
    )
    return share
