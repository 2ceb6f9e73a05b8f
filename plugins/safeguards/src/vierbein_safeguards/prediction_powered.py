"""Prediction-powered inference: a few labelled events correct what a network says of many."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from scipy import stats

from vierbein.interfaces.figure import Figure

Values = Float[NDArray[np.float64], " _event"]


@dataclass(frozen=True)
class Inferred:
    """A mean with its statistical error.

    Parameters
    ----------
    value
        The estimate.
    error
        Its standard deviation.
    """

    value: float
    error: float

    def figure(self, name: str, level: float) -> Figure:
        """Give it with its normal interval."""
        half = float(stats.norm.ppf(0.5 + level / 2)) * self.error
        return Figure(name, self.value, self.value - half, self.value + half)


@dataclass(frozen=True)
class PredictionPowered:
    """The mean truth of a population, from few events with truth and many with predictions only.

    The many events' mean prediction, times a factor, plus the few events' mean of truth less the
    factor times the prediction: whatever the predictions are, this is unbiased where both samples
    are of one population [1]_. The factor is the one with the smallest error, estimated [2]_; at 0
    the predictions are worth nothing, and the few events' own mean is left.

    Parameters
    ----------
    truth
        Of the few.
    predicted
        Of the same events.
    unlabelled
        Predictions of the many.

    References
    ----------
    .. [1] Angelopoulos et al., arXiv:2301.09633.
    .. [2] Angelopoulos, Duchi and Zrnic, arXiv:2311.01453: PPI++.
    """

    truth: Values
    predicted: Values
    unlabelled: Values

    @property
    def factor(self) -> float:
        """By how much predictions are trusted, from 0 to 1."""
        spread = np.concatenate([self.predicted, self.unlabelled]).var()
        shared = np.cov(self.truth, self.predicted)[0, 1]
        ratio = len(self.truth) / len(self.unlabelled)
        return float(np.clip(shared / (spread * (1 + ratio)), 0, 1)) if spread > 0 else 0.0

    @property
    def naive(self) -> Inferred:
        """Predictions alone, believed."""
        return _mean(self.unlabelled)

    @property
    def few(self) -> Inferred:
        """The few events with truth alone."""
        return _mean(self.truth)

    @property
    def corrected(self) -> Inferred:
        """Both together."""
        factor = self.factor
        many, residual = (
            _mean(factor * self.unlabelled),
            _mean(self.truth - factor * self.predicted),
        )
        return Inferred(many.value + residual.value, float(np.hypot(many.error, residual.error)))

    @property
    def saved(self) -> float:
        """How many more labelled events would have given the same error alone."""
        num, error = len(self.truth), self.corrected.error
        return num * ((self.few.error / error) ** 2 - 1) if error > 0 else 0.0


def _mean(values: Values) -> Inferred:
    return Inferred(float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values))))
