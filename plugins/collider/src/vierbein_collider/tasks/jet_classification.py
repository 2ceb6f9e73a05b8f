"""From which process a jet comes."""

from collections.abc import Sequence
from typing import ClassVar, Literal

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
from vierbein_collider.errors import UnknownProcessError, UnknownTruthError
from vierbein_collider.generation.processes import PROCESSES
from vierbein_collider.tasks.boosted_trees import BoostedTrees
from vierbein_collider.tasks.roc import (
    auc,
    auc_interval,
    clopper_pearson,
    effective_number,
    rank,
)

_CURVE_POINTS = 200
_TRUTH = "process"


class ClassificationHead(nn.Module):
    """Representation -> one logit a class.

    Parameters
    ----------
    width
        Of the representation.
    num_classes
        Of the task.
    norm
        What the representation passes first.
    """

    def __init__(self, width: int, num_classes: int, norm: nn.Module) -> None:
        super().__init__()
        self.norm = norm
        self.linear = nn.Linear(width, num_classes)

    def forward(self, representation: Representation) -> Float[Tensor, "event output"]:
        """Give the logits."""
        logits: Tensor = self.linear(self.norm(representation.pooled))
        return logits


class JetClassification(Task):
    """Tell processes apart by cross entropy; judged by one signal class against all others.

    Parameters
    ----------
    classes
        Processes: qcd, top, quark, gluon, w, z, hbb.
    signal
        The class that the AUC and the background rejections are about.
    signal_efficiencies
        Where the background rejection is quoted.
    level
        Confidence level of the figures' intervals.
    head
        Whether the representation is normalised before the linear layer; published networks mostly
        end in the layer alone.
    """

    metric: ClassVar[str] = "AUC"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)

    def __init__(
        self,
        classes: Sequence[str] = ("qcd", "top"),
        signal: str = "top",
        signal_efficiencies: Sequence[float] = (0.3, 0.5),
        level: float = 0.95,
        head: Literal["normalised", "linear"] = "normalised",
    ) -> None:
        if unknown := [name for name in (*classes, signal) if name not in PROCESSES]:
            raise UnknownProcessError(unknown[0], tuple(PROCESSES))
        if signal not in classes:
            raise UnknownProcessError(signal, tuple(classes))
        self.classes = tuple(classes)
        self.signal = self.classes.index(signal)
        self.signal_efficiencies = tuple(signal_efficiencies)
        self.level = level
        self.is_normalised = head == "normalised"
        self._codes = np.array([PROCESSES[name].code for name in classes])

    @property
    def truth(self) -> Sequence[str]:
        """The process."""
        return (_TRUTH,)

    @property
    def score_names(self) -> Sequence[str]:
        """One probability a class."""
        return tuple(f"p_{name}" for name in self.classes)

    def head(self, width: int) -> nn.Module:
        """Make a linear layer, normalised or not."""
        norm = nn.LayerNorm(width) if self.is_normalised else nn.Identity()
        return ClassificationHead(width, len(self.classes), norm)

    def loss(
        self, prediction: Float[Tensor, "event output"], events: EventBatch
    ) -> Float[Tensor, " event"]:
        """Give each event's cross entropy.

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
            If the prediction has not one row an event and one column a class.
        """
        wanted = (len(events), len(self.classes))
        if tuple(prediction.shape) != wanted:
            raise PredictionShapeError(prediction.shape, wanted)
        classes = self._class_of(events.truth_of(_TRUTH).cpu().numpy())
        truth = torch.from_numpy(classes).to(prediction.device)
        return nn.functional.cross_entropy(prediction, truth, reduction="none")

    def scores(self, prediction: Float[Tensor, "event output"]) -> Float[Tensor, "event score"]:
        """Give the classes' probabilities."""
        return prediction.softmax(dim=1)

    def measure(
        self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Compute the AUC of each replica."""
        ranking = rank(scores[:, self.signal], self._class_of(truth[_TRUTH]) == self.signal)
        return np.array([auc(ranking, weights) for weights in event_weight])

    def figures(
        self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> list[Figure]:
        """Compute AUC, accuracy and background rejections, and of several classes their mean AUC.

        Intervals are DeLong's for the AUC and Clopper and Pearson's for accuracy and rejections,
        there in effective numbers of events; at least one background event is counted as accepted,
        so that a rejection is never overstated. The mean's interval is as wide as the mean of the
        classes' own intervals: at least as wide as it must be.
        """
        is_signal = self._class_of(truth[_TRUTH]) == self.signal
        ranking = rank(scores[:, self.signal], is_signal)
        value = auc(ranking, event_weight)
        figures = [Figure("AUC", value, *auc_interval(ranking, event_weight, self.level))]
        is_right = scores.argmax(1) == self._class_of(truth[_TRUTH])
        accuracy = float(event_weight[is_right].sum() / event_weight.sum())
        figures.append(Figure("accuracy", accuracy, *self._interval(accuracy, event_weight)))
        signal, background = ranking.passed(event_weight)
        for efficiency in self.signal_efficiencies:
            at = int(np.argmax(signal >= efficiency * signal[-1]))
            number = effective_number(event_weight[~is_signal])
            accepted = max(float(background[at] / background[-1]), 1 / number)
            low, high = self._interval(accepted, event_weight[~is_signal])
            name = f"background rejection at {efficiency:g} signal efficiency"
            figures.append(Figure(name, 1 / accepted, 1 / high, 1 / low))
        if len(self.classes) > 2:  # noqa: PLR2004 - of two classes it is the AUC
            figures.append(self._mean_auc(scores, truth, event_weight))
        return figures

    def _mean_auc(self, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]) -> Figure:
        """Average the AUC of each class against the rest, over the classes that are there."""
        classes, found = self._class_of(truth[_TRUTH]), []
        for index in range(len(self.classes)):
            ranking = rank(scores[:, index], classes == index)
            value = auc(ranking, event_weight)
            if np.isfinite(value):
                found.append((value, *auc_interval(ranking, event_weight, self.level)))
        value, low, high = np.mean(found, axis=0).tolist() if found else (np.nan,) * 3
        return Figure("AUC, mean over classes against the rest", value, low, high)

    def parts(self, scores: Scores, truth: Truth) -> dict[str, Part]:
        """Give, for each class, which of its events are called by their name."""
        classes, called = self._class_of(truth[_TRUTH]), scores.argmax(1)
        return {
            name: Part((called == index).astype(np.float64), classes == index)
            for index, name in enumerate(self.classes)
        }

    def curve(
        self, label: str, scores: Scores, truth: Truth, event_weight: NDArray[np.float64]
    ) -> Line:
        """Draw the receiver operating characteristic."""
        ranking = rank(scores[:, self.signal], self._class_of(truth[_TRUTH]) == self.signal)
        signal, background = ranking.passed(event_weight)
        at = np.unique(np.linspace(0, len(signal) - 1, _CURVE_POINTS).astype(int))
        return Line(
            label,
            x=[0.0, *(signal[at] / signal[-1]).tolist()],
            y=[0.0, *(background[at] / background[-1]).tolist()],
        )

    @property
    def curve_axes(self) -> tuple[str, str]:
        """Signal and background efficiency."""
        return f"{self.classes[self.signal]} efficiency", "background efficiency"

    def baseline(
        self,
        observables: NDArray[np.float64],
        truth: Truth,
        event_weight: NDArray[np.float64],
        seed: int,
    ) -> BoostedTrees:
        """Train boosted trees."""
        classes = self._class_of(truth[_TRUTH])
        return BoostedTrees.fit(observables, classes, len(self.classes), event_weight, seed)

    def _interval(self, share: float, event_weight: NDArray[np.float64]) -> tuple[float, float]:
        number = effective_number(event_weight)
        return clopper_pearson(np.clip(share, 0, 1) * number, number, self.level)

    def _class_of(self, process: NDArray[np.integer]) -> NDArray[np.int64]:
        matches = process[:, None] == self._codes
        if not (known := matches.any(axis=1)).all():
            code = int(process[~known][0])
            name = next((p.name for p in PROCESSES.values() if p.code == code), str(code))
            raise UnknownTruthError(name, self.classes)
        classes: NDArray[np.int64] = matches.argmax(axis=1)
        return classes
