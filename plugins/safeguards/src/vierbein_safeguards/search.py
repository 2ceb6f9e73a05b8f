"""A search for anything unlike the background, calibrated by toys."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from scipy import stats

from vierbein_safeguards.monitor import Columns, Scores
from vierbein_safeguards.sensitivity import REPLICAS, Statistics, Toys

TAIL = 0.01
"""Share of the background that counts as far from its mean; the nearest tenth is counted, too."""
CORE = 0.1
_NEGLIGIBLE = 1e-6
_TIE = 1e-6
"""Counts are whole numbers, and tie: the other statistics then decide, so that p is continuous."""
Sample = Float[NDArray[np.float64], "_event _column"]
"""Events in one representation; others of them have other columns."""
_CHUNK = 250
_PILOT = np.geomspace(0.005, 1.0, 24)
_RELATIVE = np.linspace(0.2, 2.2, 8)


class Sight:
    """What a search sees of events in one representation, whitened by the background.

    Parameters
    ----------
    background
        Events without signal.
    """

    def __init__(self, background: Columns) -> None:
        self._center = background.mean(axis=0)
        variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(background.T)))
        kept = variances > _NEGLIGIBLE * variances.max()
        self._whiten = axes[:, kept] / np.sqrt(variances[kept])
        self._near, self._far = np.quantile(self.distances(background), [CORE, 1 - TAIL])

    def distances(self, columns: Columns) -> Scores:
        """Give each event's squared distance from the background's mean."""
        squared: Scores = (self._white(columns) ** 2).sum(axis=1)
        return squared

    def summed(self, columns: Columns) -> Float[NDArray[np.float64], "event axis"]:
        """Give what is summed over a sample: whitened columns, whether far, whether near."""
        white = self._white(columns)
        distances = (white**2).sum(axis=1)
        return np.column_stack([white, distances > self._far, distances < self._near])

    def _white(self, columns: Columns) -> Float[NDArray[np.float64], "event axis"]:
        white: NDArray[np.float64] = (columns - self._center) @ self._whiten
        return white


@dataclass(frozen=True)
class _Events:
    """Background and signal in all representations, side by side, as they are summed."""

    summed: Float[NDArray[np.float64], "event axis"]
    num_background: int


class Search:
    """Looks at samples of events for a shift, a tail or a cluster, in whitened columns.

    Three statistics of a sample: the squared length of its mean, and the numbers of events far from
    the background's mean and near to it. Each is turned into a p-value by its law in large samples,
    chi-squared or binomial; minus the decimal logarithm of the smallest is the search statistic.
    Its threshold comes from toys without signal, so that nothing hangs on those laws, and looking
    thrice is paid for. So is looking in several representations of the same events: a search may
    rotate.

    Parameters
    ----------
    backgrounds
        Events without signal, from which toys are drawn with replacement: the same events, row by
        row, in each representation that the search looks at.
    sample_size
        Events of a sample.
    num_toys
        Toys without signal, for the threshold.
    seed
        Of the toys.
    """

    def __init__(
        self, backgrounds: Sequence[Sample], sample_size: int, num_toys: int, seed: int
    ) -> None:
        self._size, self._num_toys, self._seed = sample_size, num_toys, seed
        self._ceilings: dict[int, float] = {}
        self._counts = [_loudness_of_counts(sample_size, share) for share in (TAIL, CORE)]
        self.sights = [Sight(columns) for columns in backgrounds]
        parts = [s.summed(c) for s, c in zip(self.sights, backgrounds, strict=True)]
        self._ends = np.cumsum([part.shape[1] for part in parts])
        self._background = np.concatenate(parts, axis=1)

    @cached_property
    def null(self) -> Statistics:
        """The search statistic of toys without signal."""
        rng = np.random.default_rng([self._seed, 1])
        return self._combined(self._without_signal(self._num_toys, rng))

    def empty(self, num: int, seed: int) -> Statistics:
        """Give the search statistic of further samples without signal."""
        rng = np.random.default_rng([self._seed, 3, seed])
        return self._combined(self._without_signal(num, rng))

    def toys(
        self, signals: Sequence[Sample], num_injections: int, seed: int, num_pilot: int = 40
    ) -> Toys:
        """Inject a signal at strengths around the one that is seen half of the time.

        A pilot of few injections finds where that is. No strength exceeds the one at which as many
        background events would be taken for a signal.

        Parameters
        ----------
        signals
            Its events, drawn from with replacement, in each representation.
        num_injections
            Samples at each strength.
        seed
            Of the injections.
        num_pilot
            Samples at each strength of the pilot.

        Returns
        -------
        Toys
            The search statistic of all samples.
        """
        rng = np.random.default_rng([self._seed, 2, seed])
        parts = [sight.summed(c) for sight, c in zip(self.sights, signals, strict=True)]
        signal = np.concatenate(parts, axis=1)
        events = _Events(np.concatenate([self._background, signal]), len(self._background))
        threshold, ceiling = np.quantile(self.null, 1 - TAIL), self._ceiling(len(signal))
        pilot = self._injected(events, _PILOT, num_pilot, rng)
        seen = (np.median(pilot, axis=1) > threshold) & (ceiling > _PILOT)
        near = _PILOT[int(seen.argmax())] if seen.any() else ceiling
        strengths = np.unique(np.minimum(near * _RELATIVE, ceiling))
        injected = self._injected(events, strengths, num_injections, rng)
        return Toys(self.null, strengths, injected, self._drift(signal, seed))

    def _without_signal(
        self, num: int, rng: np.random.Generator
    ) -> Float[NDArray[np.float64], "toy axis"]:
        events = _Events(self._background, len(self._background))
        return self._drawn(events, np.zeros(num), rng)

    def _injected(
        self,
        events: _Events,
        strengths: Float[NDArray[np.float64], " strength"],
        num: int,
        rng: np.random.Generator,
    ) -> Float[NDArray[np.float64], "strength toy"]:
        drawn = self._drawn(events, np.repeat(strengths, num), rng)
        return self._combined(drawn).reshape(len(strengths), num)

    def _drawn(
        self,
        events: _Events,
        strengths: Float[NDArray[np.float64], " toy"],
        rng: np.random.Generator,
    ) -> Float[NDArray[np.float64], "toy axis"]:
        """Draw samples as multiplicities of events, so that each sum is one matrix product."""
        num_events, means = len(events.summed), []
        for start in range(0, len(strengths), _CHUNK):
            here = strengths[start : start + _CHUNK]
            at = rng.integers(0, events.num_background, (len(here), self._size))
            if num_events > events.num_background:
                is_signal = rng.random(at.shape) < here[:, None]
                at[is_signal] = rng.integers(events.num_background, num_events, is_signal.sum())
            rows = np.arange(len(here))[:, None] * num_events
            counts = np.bincount((rows + at).ravel(), minlength=len(here) * num_events)
            means.append(counts.reshape(len(here), num_events) @ events.summed / self._size)
        return np.concatenate(means)

    def _combined(self, means: Float[NDArray[np.float64], "toy axis"]) -> Statistics:
        """Turn means over samples into the search statistic."""
        loud: list[NDArray[np.float64]] = []
        for part in np.split(means, self._ends[:-1], axis=1):
            shift = self._size * (part[:, :-2] ** 2).sum(axis=1)
            loud.append(_loudness(stats.chi2.sf(shift, max(part.shape[1] - 2, 1))))
            counts = np.rint(part[:, -2:] * self._size).astype(np.int64)
            loud += [known[counts[:, k]] for k, known in enumerate(self._counts)]
        combined: Statistics = np.max(loud, axis=0) + _TIE * np.sum(loud, axis=0)
        return combined

    def _ceiling(self, num_signal: int) -> float:
        """Give the largest signal fraction that means anything, with so many signal events.

        So many background events in a signal's place differ from all by chance; the fraction at
        which that is detected, once in a hundred times, is as far as a signal can be followed.
        """
        if num_signal not in self._ceilings:
            rng = np.random.default_rng([6, num_signal])
            drawn = _resampled(self._background, num_signal, rng)
            expected = self._expected(drawn - self._resampled_background)
            self._ceilings[num_signal] = float(min(np.quantile(expected, TAIL), 1.0))
        return self._ceilings[num_signal]

    def _drift(self, signal: Float[NDArray[np.float64], "event axis"], seed: int) -> Statistics:
        """Say how log s50 changes when the events themselves are drawn again.

        That is a bootstrap of the expected s50 of the most sensitive statistic: a shift goes with
        the distance of the means, a count with the difference of the shares. The draws depend on
        the signal's number alone, so that searches in other representations of the same events, or
        of other training seeds, see the same ones: what they share cancels in their ratio.
        """
        rng = np.random.default_rng([4, seed])
        away = _resampled(signal, len(signal), rng) - self._resampled_background
        found = np.log(np.minimum(self._expected(away), self._ceiling(len(signal))))
        drift: Statistics = found - found.mean()
        return drift

    @cached_property
    def _resampled_background(self) -> Float[NDArray[np.float64], "replica axis"]:
        num = len(self._background)
        return _resampled(self._background, num, np.random.default_rng(5))

    def _expected(self, away: Float[NDArray[np.float64], "replica axis"]) -> Statistics:
        """Give about the signal fraction that is seen half of the time, by the mean signal."""
        parts = np.split(away, self._ends[:-1], axis=1)
        level = TAIL / (3 * len(parts))
        quantile, found = stats.norm.isf(level / 2), []
        for part in parts:
            distance = np.sqrt((part[:, :-2] ** 2).sum(axis=1))
            # The noncentrality at half power, by the normal approximation of chi-squared.
            needed = stats.chi2.isf(level, max(part.shape[1] - 2, 1)) - (part.shape[1] - 2)
            found.append(np.sqrt(needed / self._size) / np.maximum(distance, _NEGLIGIBLE))
            for share, column in ((TAIL, -2), (CORE, -1)):
                noise = quantile * np.sqrt(share * (1 - share) / self._size)
                found.append(noise / np.maximum(np.abs(part[:, column]), _NEGLIGIBLE))
        smallest: Statistics = np.min(found, axis=0)
        return smallest


def _loudness_of_counts(size: int, share: float) -> Float[NDArray[np.float64], " count"]:
    """Give the loudness of every count of events, of which a share is expected."""
    counts, law = np.arange(size + 1), stats.binom(size, share)
    return _loudness(np.minimum(1.0, 2 * np.minimum(law.sf(counts - 1), law.cdf(counts))))


def _loudness(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    loud: NDArray[np.float64] = -np.log10(np.maximum(p_values, np.finfo(float).tiny))
    return loud


def _resampled(
    summed: Float[NDArray[np.float64], "event axis"], size: int, rng: np.random.Generator
) -> Float[NDArray[np.float64], "replica axis"]:
    """Give means over bootstrap replicas of so many of the events."""
    num = len(summed)
    at = rng.integers(0, num, (REPLICAS, size)) + np.arange(REPLICAS)[:, None] * num
    counts = np.bincount(at.ravel(), minlength=REPLICAS * num).reshape(REPLICAS, num)
    means: NDArray[np.float64] = counts @ summed / size
    return means
