"""Probabilities that mean what they say: temperature, isotonic regression, and how far off."""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from sklearn.isotonic import IsotonicRegression

from vierbein.interfaces.figure import Figure, Line
from vierbein_safeguards.classes import ClassOf, Probabilities

_TINY = 1e-12
_BINS = 10
_FARTHEST = 4.0


class Calibrator(ABC):
    """Learns from labelled events how to correct probabilities."""

    @abstractmethod
    def fit(self, probabilities: Probabilities, classes: ClassOf) -> None:
        """Learn."""

    @abstractmethod
    def apply(self, probabilities: Probabilities) -> Probabilities:
        """Correct."""

    def held_out(self, probabilities: Probabilities, classes: ClassOf, folds: int) -> Probabilities:
        """Correct each event's probabilities by what the other folds' events say."""
        corrected = np.empty_like(probabilities)
        fold = np.arange(len(classes)) % folds
        for each in range(folds):
            self.fit(probabilities[fold != each], classes[fold != each])
            corrected[fold == each] = self.apply(probabilities[fold == each])
        return corrected


class Temperature(Calibrator):
    """Divides logits by one number: Guo et al., arXiv:1706.04599."""

    def fit(self, probabilities: Probabilities, classes: ClassOf) -> None:
        """Minimise the cross entropy."""
        logits, at = np.log(np.maximum(probabilities, _TINY)), np.arange(len(classes))

        def entropy(log_temperature: float) -> float:
            soft = _softmax(logits / np.exp(log_temperature))
            return -float(np.log(np.maximum(soft[at, classes], _TINY)).mean())

        found = optimize.minimize_scalar(entropy, bounds=(-_FARTHEST, _FARTHEST), method="bounded")
        self.temperature = float(np.exp(found.x))

    def apply(self, probabilities: Probabilities) -> Probabilities:
        """Soften or sharpen."""
        return _softmax(np.log(np.maximum(probabilities, _TINY)) / self.temperature)


class Isotonic(Calibrator):
    """A rising function of each class's probability: Zadrozny and Elkan, KDD 2002."""

    def fit(self, probabilities: Probabilities, classes: ClassOf) -> None:
        """Fit each class against the rest."""
        self._functions = [
            IsotonicRegression(y_min=_TINY, y_max=1.0, out_of_bounds="clip").fit(
                probabilities[:, of], (classes == of).astype(np.float64)
            )
            for of in range(probabilities.shape[1])
        ]

    def apply(self, probabilities: Probabilities) -> Probabilities:
        """Correct, and make them add up to one again."""
        each = zip(self._functions, probabilities.T, strict=True)
        corrected = np.stack([function.predict(column) for function, column in each], axis=1)
        shares: Probabilities = corrected / corrected.sum(axis=1, keepdims=True)
        return shares


def calibration_error(name: str, probabilities: Probabilities, classes: ClassOf) -> Figure:
    """Give the expected calibration error, in bins of equal numbers of events.

    It is never negative, so that fluctuation alone makes it larger than zero; how large, is told by
    `calibration_noise`.

    Parameters
    ----------
    name
        Of the figure.
    probabilities
        Of labelled events that nothing was fitted to.
    classes
        Their classes.

    Returns
    -------
    Figure
        Mean distance of the confidence in the likeliest class from its accuracy; its interval is
        that of a bootstrap.
    """
    confidence, is_right = _called(probabilities, classes)
    rng = np.random.default_rng(7)
    drawn = rng.integers(0, len(classes), (200, len(classes)))
    replicas = [_error(confidence[at], is_right[at]) for at in drawn]
    value = _error(confidence, is_right)
    low, high = np.quantile(replicas, [0.025, 0.975])
    return Figure(name, value, min(value, float(low)), max(value, float(high)))


def calibration_noise(name: str, probabilities: Probabilities) -> Figure:
    """Give the calibration error that probabilities would have if they were true."""
    confidence, rng = probabilities.max(axis=1), np.random.default_rng(7)
    drawn = rng.random((200, len(confidence))) < confidence
    errors = [_error(confidence, is_right.astype(np.float64)) for is_right in drawn]
    low, high = np.quantile(errors, [0.025, 0.975])
    return Figure(name, float(np.mean(errors)), float(low), float(high))


def reliability(label: str, probabilities: Probabilities, classes: ClassOf) -> Line:
    """Draw accuracy against confidence, with errors."""
    confidence, is_right = _called(probabilities, classes)
    bins = _bins(confidence)
    x = [float(confidence[part].mean()) for part in bins]
    y = [float(is_right[part].mean()) for part in bins]
    # Agresti and Coull's error, which is not zero where all are right.
    error = [np.sqrt((r + 1) * (n - r + 1) / (n + 2) ** 3) for r, n in _counts(is_right, bins)]
    low = [max(0.0, float(a - e)) for a, e in zip(y, error, strict=True)]
    high = [min(1.0, float(a + e)) for a, e in zip(y, error, strict=True)]
    return Line(label, x, y, low, high, style="points")


def _counts(
    is_right: NDArray[np.float64], bins: list[NDArray[np.int64]]
) -> list[tuple[float, int]]:
    return [(float(is_right[part].sum()), len(part)) for part in bins]


def _called(
    probabilities: Probabilities, classes: ClassOf
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    is_right = (probabilities.argmax(axis=1) == classes).astype(np.float64)
    return probabilities.max(axis=1), is_right


def _bins(confidence: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    num = min(_BINS, len(confidence))
    return list(np.array_split(np.argsort(confidence, kind="stable"), num))


def _error(confidence: NDArray[np.float64], is_right: NDArray[np.float64]) -> float:
    bins = _bins(confidence)
    gaps = [abs(confidence[part].sum() - is_right[part].sum()) for part in bins]
    return float(sum(gaps) / len(confidence))


def _softmax(logits: NDArray[np.float64]) -> Probabilities:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return shares
