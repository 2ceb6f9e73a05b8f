"""Intervals over seeds and test events."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval."""

    value: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the interval's width."""
        return (self.high - self.low) / 2

    def to_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Measured:
    """A metric of one arm, for each seed, and for each bootstrap replica of the test events.

    Parameters
    ----------
    values
        One a seed.
    replicas
        One row a seed, one column a replica; the replicas are the same for all arms.
    """

    values: NDArray[np.float64]
    replicas: NDArray[np.float64]

    def __sub__(self, other: "Measured") -> "Measured":
        """Pair two arms seed by seed and replica by replica; one with a single seed meets all."""
        return Measured(self.values - other.values, self.replicas - other.replicas)

    def interval(self, level: float) -> Interval:
        """Give the mean over seeds with its confidence interval.

        Two independent sources of fluctuation are added in quadrature: the seeds' (training events,
        start and order), by Student's t, which is honest for few seeds; and the test events', by
        the bootstrap of the seeds' mean. The seeds share one test sample, so that neither covers
        the other.

        Parameters
        ----------
        level
            Confidence level.

        Returns
        -------
        Interval
            Symmetric about the mean.
        """
        mean, num = float(self.values.mean()), len(self.values)
        tail = 0.5 + level / 2
        from_test = stats.norm.ppf(tail) * np.nanstd(self.replicas.mean(axis=0), ddof=1)
        from_seeds = 0.0
        if num > 1:
            quantile = stats.t.ppf(tail, num - 1)
            from_seeds = quantile * self.values.std(ddof=1) / np.sqrt(num)
        half = float(np.hypot(from_test, from_seeds))
        return Interval(mean, mean - half, mean + half)


def mean_of(measured: list[Measured]) -> Measured:
    """Average several metrics seed by seed and replica by replica."""
    return Measured(
        np.mean([m.values for m in measured], axis=0),
        np.mean([m.replicas for m in measured], axis=0),
    )


def multiplicities(num_events: int, replicas: int, seed: int) -> NDArray[np.float64]:
    """Draw how often each test event stands in each bootstrap replica: one row a replica."""
    rng = np.random.default_rng([seed, 2])
    drawn = rng.multinomial(num_events, np.full(num_events, 1 / num_events), size=replicas)
    return drawn.astype(np.float64)
