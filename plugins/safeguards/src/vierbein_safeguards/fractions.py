"""Fractions of classes in a sample without truth, and how far two estimates of them may differ."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from scipy import stats

from vierbein.interfaces.figure import Figure
from vierbein_safeguards.classes import ClassOf, Probabilities

Multiplicities = Float[NDArray[np.float64], "_replica _event"]
_TINY = 1e-300
_NONE = 1e-9
_CORE = (float(stats.norm.cdf(-1)), float(stats.norm.cdf(1)))


@dataclass(frozen=True)
class Resampled:
    """Bootstrap multiplicities of the events that estimates are made from.

    Whoever compares two estimates gives both the same: they rest on the same events, and only so
    is what they have in common known to cancel.

    Parameters
    ----------
    labelled
        Of the labelled events.
    unlabelled
        Of the sample in question.
    """

    labelled: Multiplicities
    unlabelled: Multiplicities

    @classmethod
    def drawn(
        cls, num_labelled: int, num_unlabelled: int, num: int, rng: np.random.Generator
    ) -> "Resampled":
        """Draw Poisson multiplicities, independent event by event."""
        labelled, unlabelled = (
            rng.poisson(1.0, (num, events)).astype(np.float64)
            for events in (num_labelled, num_unlabelled)
        )
        return cls(labelled, unlabelled)

    def among(self, labelled: NDArray[np.bool_], unlabelled: NDArray[np.bool_]) -> "Resampled":
        """Keep the events of a slice."""
        return Resampled(self.labelled[:, labelled], self.unlabelled[:, unlabelled])


@dataclass(frozen=True)
class Fractions:
    """Estimated fractions of the classes, and their bootstrap replicas.

    Parameters
    ----------
    values
        They add up to one; one may be negative by fluctuation.
    replicas
        The same of resampled events.
    separation
        How far the classes' mean probabilities lie apart, in its standard deviations; without any,
        there is no answer.
    """

    values: Float[NDArray[np.float64], " class"]
    replicas: Float[NDArray[np.float64], "replica class"]
    separation: float

    @property
    def error(self) -> Float[NDArray[np.float64], " class"]:
        """Statistical standard deviations."""
        return _spread(self.replicas)

    def figure(self, name: str, of: int, level: float = 0.95) -> Figure:
        """Give one of them with its interval."""
        value, half = (
            float(self.values[of]),
            float(stats.norm.ppf(0.5 + level / 2) * self.error[of]),
        )
        return Figure(name, value, value - half, value + half)


def estimate(
    labelled: Probabilities, classes: ClassOf, unlabelled: Probabilities, resampled: Resampled
) -> Fractions:
    """Estimate the fractions of the classes by how a classifier answers each of them.

    The mean probabilities of the unlabelled events are a mixture of the labelled events' means,
    class by class; its shares are solved for [1]_ [2]_. However bad or badly calibrated the
    classifier is, this is consistent, as long as events of a class look alike in both samples.

    Parameters
    ----------
    labelled
        Probabilities of events that the classifier did not learn from.
    classes
        Their classes.
    unlabelled
        Probabilities of the events in question.
    resampled
        Multiplicities for the replicas.

    Returns
    -------
    Fractions
        With errors from both samples.

    References
    ----------
    .. [1] Bella et al., Quantification via probability estimators, ICDM 2010.
    .. [2] Vaz, Izbicki and Stern, J. Mach. Learn. Res. 20 (2019) 79: the ratio estimator.
    """
    once = Resampled(np.ones((1, len(labelled))), np.ones((1, len(unlabelled))))
    (values,), (gap,) = _solve(labelled, classes, unlabelled, once)
    replicas, gaps = _solve(labelled, classes, unlabelled, resampled)
    error = float(_spread(gaps[:, None])[0])
    separation = float(gap) / error if error > 0 else np.inf if gap > _NONE else 0.0
    return Fractions(values, replicas, separation)


@dataclass(frozen=True)
class Difference:
    """Two estimates on the same events, held against each other.

    Parameters
    ----------
    first
        One estimate for each sample: the whole, or slices of it.
    second
        The other, from the same multiplicities.
    """

    first: tuple[Fractions, ...]
    second: tuple[Fractions, ...]

    @property
    def separation(self) -> Float[NDArray[np.float64], " sample"]:
        """The smaller separation of the two, sample by sample."""
        pairs = zip(self.first, self.second, strict=True)
        return np.array([min(a.separation, b.separation) for a, b in pairs])

    @property
    def values(self) -> Float[NDArray[np.float64], "sample class"]:
        """First less second."""
        return np.array([a.values - b.values for a, b in zip(self.first, self.second, strict=True)])

    @cached_property
    def error(self) -> Float[NDArray[np.float64], "sample class"]:
        """Standard deviations of the differences: not those of estimates that are independent."""
        return _spread(self._replicas)

    @property
    def pulls(self) -> Float[NDArray[np.float64], "sample class"]:
        """Differences over their standard deviations."""
        return _over(self.values, self.error)

    def among(self, samples: NDArray[np.bool_]) -> "Difference":
        """Keep some of the samples."""
        at = np.flatnonzero(samples)
        return Difference(tuple(self.first[i] for i in at), tuple(self.second[i] for i in at))

    def p_value(self, name: str) -> Figure:
        """Give the chance that the largest of the pulls is as large where nothing is wrong.

        The replicas know how pulls are correlated, so that looking at many is paid for exactly.
        """
        if not self.first:
            return Figure(name, 1.0, 1.0, 1.0)
        centred = np.abs(_over(self._replicas - self.values, self.error)).max(axis=(1, 2))
        above, num = int((centred >= np.abs(self.pulls).max()).sum()), len(centred)
        p = (above + 1) / (num + 1)
        low, high = stats.binomtest(above, num).proportion_ci(0.95)
        return Figure(name, p, min(p, float(low)), max(p, float(high)))

    @cached_property
    def _replicas(self) -> Float[NDArray[np.float64], "replica sample class"]:
        pairs = zip(self.first, self.second, strict=True)
        return np.stack([a.replicas - b.replicas for a, b in pairs], axis=1)


def _solve(
    labelled: Probabilities, classes: ClassOf, unlabelled: Probabilities, by: Resampled
) -> tuple[Float[NDArray[np.float64], "replica class"], Float[NDArray[np.float64], " replica"]]:
    """Solve for the fractions; also give the smallest singular value of what is inverted."""
    num_events, num_classes = labelled.shape
    is_class = np.eye(num_classes)[classes]
    products = (labelled[:, :, None] * is_class[:, None, :]).reshape(num_events, -1)
    sums = (by.labelled @ products).reshape(-1, num_classes, num_classes)
    response = sums / np.maximum(by.labelled @ is_class, _TINY)[:, None, :]
    seen = by.unlabelled @ unlabelled / np.maximum(by.unlabelled.sum(axis=1), _TINY)[:, None]
    # Probabilities add up to one, and so do fractions: the last row and column say nothing new.
    matrix = response[:, :-1, :-1] - response[:, :-1, -1:]
    right = seen[:, :-1] - response[:, :-1, -1]
    solved = (np.linalg.pinv(matrix) @ right[..., None])[..., 0]
    fractions = np.concatenate([solved, 1 - solved.sum(axis=1, keepdims=True)], axis=1)
    gaps = np.linalg.svd(matrix, compute_uv=False)[:, -1].astype(np.float64)
    return fractions, gaps


def _spread(replicas: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the standard deviation of a normal core: replicas of a ratio have long tails."""
    low, high = np.quantile(replicas, _CORE, axis=0)
    spread: NDArray[np.float64] = (high - low) / 2
    return spread


def _over(values: NDArray[np.float64], error: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide, where two equal estimates have a difference of zero without any error."""
    without = np.where(values == 0, 0.0, np.inf)
    quotient: NDArray[np.float64] = np.where(error > 0, values / np.maximum(error, _TINY), without)
    return quotient
