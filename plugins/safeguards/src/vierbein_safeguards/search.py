"""A search for anything unlike the background, calibrated by toys."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from vierbein_safeguards.monitor import Columns
from vierbein_safeguards.sensitivity import Statistics, Toys

TAIL = 0.01
"""Share of the background that counts as far from its mean; the nearest tenth is counted, too."""
CORE = 0.1
_NEGLIGIBLE = 1e-6
_TIE = 1e-6
"""Counts are whole numbers, and tie: the other statistics then decide, so that p is continuous."""
_CHUNK = 500
_PILOT = np.geomspace(0.005, 1.0, 24)
_RELATIVE = np.linspace(0.2, 2.2, 8)


@dataclass(frozen=True)
class Sums:
    """What the three statistics need of each sample."""

    mean: Float[NDArray[np.float64], "toy column"]
    far: Statistics
    near: Statistics


class Search:
    """Looks at samples of events for a shift, a tail or a cluster, in whitened columns.

    Three statistics of a sample: the squared length of its mean, and how far the numbers of events
    far from the background's mean and near to it are from what is expected. Each is turned into a
    p-value by toys without signal; minus the decimal logarithm of the smallest is the search
    statistic, whose threshold comes from other toys: looking thrice is paid for.

    Parameters
    ----------
    background
        Events without signal, from which toys are drawn with replacement.
    sample_size
        Events of a sample.
    num_toys
        Toys without signal for the p-values, and as many for the threshold.
    seed
        Of the toys.
    """

    def __init__(self, background: Columns, sample_size: int, num_toys: int, seed: int) -> None:
        self._size, self._num_toys, self._seed = sample_size, num_toys, seed
        self._center = background.mean(axis=0)
        variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(background.T)))
        kept = variances > _NEGLIGIBLE * variances.max()
        self._whiten = axes[:, kept] / np.sqrt(variances[kept])
        self._background = self._white(background)
        distances = (self._background**2).sum(axis=1)
        self._near, self._far = np.quantile(distances, [CORE, 1 - TAIL])

    @cached_property
    def null(self) -> Statistics:
        """The search statistic of toys without signal."""
        rng = np.random.default_rng([self._seed, 1])
        return self._combined(self._without_signal(rng))

    def empty(self, num: int, seed: int) -> Statistics:
        """Give the search statistic of further samples without signal."""
        rng = np.random.default_rng([self._seed, 3, seed])
        return self._injected(self._background[:0], 0.0, num, rng)

    def toys(self, signal: Columns, num_injections: int, seed: int, num_pilot: int = 40) -> Toys:
        """Inject a signal at strengths around the one that is seen half of the time.

        A pilot of few injections finds where that is.

        Parameters
        ----------
        signal
            Its events, drawn from with replacement.
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
        white = self._white(signal)
        threshold = np.quantile(self.null, 1 - TAIL)
        pilot = np.array([self._injected(white, s, num_pilot, rng) for s in _PILOT])
        seen = np.median(pilot, axis=1) > threshold
        near = _PILOT[int(seen.argmax())] if seen.any() else 1.0
        strengths = np.unique(np.minimum(near * _RELATIVE, 1.0))
        injected = [self._injected(white, s, num_injections, rng) for s in strengths]
        return Toys(self.null, strengths, np.array(injected))

    def _white(self, columns: Columns) -> Float[NDArray[np.float64], "event axis"]:
        white: NDArray[np.float64] = (columns - self._center) @ self._whiten
        return white

    @cached_property
    def _marginals(self) -> Float[NDArray[np.float64], "3 toy"]:
        rng = np.random.default_rng([self._seed, 0])
        return np.sort(self._without_signal(rng), axis=1)

    def _without_signal(self, rng: np.random.Generator) -> Float[NDArray[np.float64], "3 toy"]:
        empty = self._background[:0]
        return self._three(self._drawn(self._background, empty, 0.0, self._num_toys, rng))

    def _injected(
        self, signal: NDArray[np.float64], strength: float, num: int, rng: np.random.Generator
    ) -> Statistics:
        return self._combined(
            self._three(self._drawn(self._background, signal, strength, num, rng))
        )

    def _drawn(
        self,
        background: NDArray[np.float64],
        signal: NDArray[np.float64],
        strength: float,
        num: int,
        rng: np.random.Generator,
    ) -> Sums:
        """Draw samples as multiplicities of events, so that each sum is one matrix product."""
        events = np.concatenate([background, signal])
        distances = (events**2).sum(axis=1)
        summed = np.column_stack([events, distances > self._far, distances < self._near])
        parts = []
        for start in range(0, num, _CHUNK):
            here = min(_CHUNK, num - start)
            at = rng.integers(0, len(background), (here, self._size))
            if len(signal):
                is_signal = rng.random((here, self._size)) < strength
                other = rng.integers(len(background), len(events), (here, self._size))
                at = np.where(is_signal, other, at)
            rows = np.arange(here)[:, None] * len(events)
            counts = np.bincount((rows + at).ravel(), minlength=here * len(events))
            parts.append(counts.reshape(here, len(events)) @ summed)
        *mean, far, near = np.concatenate(parts).T / self._size
        return Sums(np.stack(mean, axis=1), far, near)

    def _three(self, sums: Sums) -> Float[NDArray[np.float64], "3 toy"]:
        shift = self._size * (sums.mean**2).sum(axis=1)
        return np.stack([shift, np.abs(sums.far - TAIL), np.abs(sums.near - CORE)])

    def _combined(self, three: Float[NDArray[np.float64], "3 toy"]) -> Statistics:
        num = self._num_toys
        above = [
            num - np.searchsorted(null, values, side="left")
            for null, values in zip(self._marginals, three, strict=True)
        ]
        loud = -np.log10((np.array(above) + 1) / (num + 1))
        combined: Statistics = loud.max(axis=0) + _TIE * loud.sum(axis=0)
        return combined
