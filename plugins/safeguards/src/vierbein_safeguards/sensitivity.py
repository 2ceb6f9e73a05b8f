"""Sensitivity of a search: the signal fraction that it sees half of the time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray
from scipy import stats
from scipy.special import ndtr, ndtri

Statistics = Float[NDArray[np.float64], " toy"]
REPLICAS = 200
"""Of a bootstrap."""
_STEPS = 15
_FARTHEST = 6.0
"""Standard deviations beyond which the probit has no slope left to fit with."""
_RIDGE = 1e-9


@dataclass(frozen=True)
class Toys:
    """Pseudo-experiments of one search for one signal.

    Parameters
    ----------
    null
        The search statistic of samples without signal; larger is more signal-like.
    strengths
        Signal fractions that were injected, rising.
    injected
        The statistic of samples with them.
    drift
        What is added to the logarithm of s50 when other events of the same kind are drawn from, one
        number a bootstrap replica; none where samples are not drawn from a finite number of events.
    """

    null: Statistics
    strengths: Float[NDArray[np.float64], " strength"]
    injected: Float[NDArray[np.float64], "strength injection"]
    drift: Float[NDArray[np.float64], " replica"] | None = None

    def threshold(self, false_alarm: float) -> float:
        """Give the statistic that a sample without signal exceeds with that probability."""
        return float(np.quantile(self.null, 1 - false_alarm))

    def detected(self, false_alarm: float) -> Int[NDArray[np.int64], " strength"]:
        """Count the injections above the threshold, strength by strength."""
        counts: NDArray[np.int64] = (self.injected > self.threshold(false_alarm)).sum(axis=1)
        return counts

    def is_reached(self, false_alarm: float) -> bool:
        """Say whether the strongest injection is detected half of the time."""
        return bool(2 * self.detected(false_alarm)[-1] >= self.injected.shape[1])

    def half_power(self, false_alarm: float) -> float:
        """Give s50, the signal fraction at which half of the samples are detected."""
        detected = self.detected(false_alarm)[None]
        return float(_half_power(self.strengths, detected, self.injected.shape[1], false_alarm)[0])

    def replicas(
        self, false_alarm: float, num: int, rng: np.random.Generator
    ) -> Float[NDArray[np.float64], " replica"]:
        """Draw s50 as often as asked, with other injections and with other null toys.

        The null toys are resampled, because the threshold is known no better than they allow:
        without that, intervals are too narrow by a third. Counts of injections are drawn from the
        power curve fitted at that threshold, which also lets a count of none or of all fluctuate.

        Parameters
        ----------
        false_alarm
            Of the search.
        num
            How many; as many as `drift` has, if there is one.
        rng
            Random numbers.

        Returns
        -------
        ndarray
            One s50 a replica.
        """
        trials = self.injected.shape[1]
        # The k-th smallest of a resample stands at a place that follows a beta distribution.
        toys = len(self.null)
        rank = np.ceil((1 - false_alarm) * toys)
        place = np.ceil(toys * rng.beta(rank, toys - rank + 1, num)).astype(np.int64) - 1
        thresholds = np.sort(self.null)[place]
        ordered = np.sort(self.injected, axis=1)
        below = np.stack([np.searchsorted(row, thresholds, side="right") for row in ordered], 1)
        curve = _fit(self.strengths, trials - below, trials, false_alarm)
        counts = rng.binomial(trials, _power(self.strengths, curve, false_alarm))
        found = _half_power(self.strengths, counts, trials, false_alarm)
        return found if self.drift is None else found * np.exp(self.drift)


@dataclass(frozen=True)
class Ratio:
    """How many times more signal one search needs than another.

    Parameters
    ----------
    value
        Geometric mean over seeds.
    low
        Lower end of its interval.
    high
        Its upper end.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class HalfPowers:
    """Natural logarithms of s50, seed by seed: as found, and as other toys would have found it.

    Parameters
    ----------
    logs
        As found.
    replicas
        As other injections and other null toys would have.
    """

    logs: Float[NDArray[np.float64], " seed"]
    replicas: Float[NDArray[np.float64], "seed replica"]

    @classmethod
    def of(
        cls, toys: Sequence[Toys], false_alarm: float, num_replicas: int, rng: np.random.Generator
    ) -> "HalfPowers":
        """Take them from the toys of each training seed."""
        found = np.log([each.half_power(false_alarm) for each in toys])
        drawn = [np.log(each.replicas(false_alarm, num_replicas, rng)) for each in toys]
        return cls(found, np.array(drawn))

    def over(self, reference: "HalfPowers") -> "HalfPowers":
        """Give the logarithms of the ratio to a reference, seed by seed."""
        return HalfPowers(self.logs - reference.logs, self.replicas - reference.replicas)

    def of_seeds(self, seeds: slice) -> "HalfPowers":
        """Give those of some seeds."""
        return HalfPowers(self.logs[seeds], self.replicas[seeds])

    def repeated(self, num: int) -> "HalfPowers":
        """Hold one search, which has no seeds, against several: its toys are the same for all."""
        return HalfPowers(np.repeat(self.logs, num), np.repeat(self.replicas, num, axis=0))

    def mean(self, level: float) -> Ratio:
        """Average over seeds.

        The interval is that of `compare`: in the logarithm, the toys' fluctuation of the mean over
        seeds and, with several seeds, Student's interval of their scatter, added in quadrature.

        Parameters
        ----------
        level
            Confidence level of the interval.

        Returns
        -------
        Ratio
            Geometric mean and interval.
        """
        half = stats.norm.ppf(0.5 + level / 2) * self.replicas.mean(axis=0).std(ddof=1)
        if (num := len(self.logs)) > 1:
            quantile = stats.t.ppf(0.5 + level / 2, num - 1)
            half = np.hypot(half, quantile * self.logs.std(ddof=1) / np.sqrt(num))
        middle = self.logs.mean()
        return Ratio(*(float(x) for x in np.exp([middle, middle - half, middle + half])))


def half_power_ratio(
    ours: Sequence[Toys],
    reference: Sequence[Toys],
    *,
    false_alarm: float,
    level: float,
    num_replicas: int,
    rng: np.random.Generator,
) -> Ratio:
    """Compare the signal fractions that two searches need, over seeds.

    Parameters
    ----------
    ours
        Toys of the search that is judged, one for each training seed.
    reference
        Toys of the search that it is held against, seed by seed.
    false_alarm
        Of both searches.
    level
        Confidence level of the interval.
    num_replicas
        Bootstrap replicas.
    rng
        Random numbers.

    Returns
    -------
    Ratio
        Above 1 where ours needs more signal.
    """
    first, second = (HalfPowers.of(t, false_alarm, num_replicas, rng) for t in (ours, reference))
    return first.over(second).mean(level)


def _half_power(
    strengths: Float[NDArray[np.float64], " strength"],
    detected: Int[NDArray[np.int64], "curve strength"],
    trials: int,
    false_alarm: float,
) -> NDArray[np.float64]:
    """Solve fitted power curves for one half, within the strengths that were injected."""
    curve = _fit(strengths, detected, trials, false_alarm)
    at_half = ndtri((0.5 - false_alarm) / (1 - false_alarm))
    slope = np.where(curve[..., 1] > 0, curve[..., 1], np.nan)
    solved = strengths[-1] * (at_half - curve[..., 0]) / slope
    # A power that does not rise with the strength, or never to one half, is not there: the signal
    # is beyond reach.
    is_reached = ~np.isnan(solved) & (2 * detected.max(axis=-1) >= trials)
    solved = np.where(is_reached, solved, strengths[-1])
    within: NDArray[np.float64] = np.clip(solved, strengths[0], strengths[-1])
    return within


def _power(
    strengths: Float[NDArray[np.float64], " strength"],
    curve: NDArray[np.float64],
    false_alarm: float,
) -> NDArray[np.float64]:
    eta = curve[..., :1] + curve[..., 1:] * (strengths / strengths[-1])
    phi: NDArray[np.float64] = ndtr(np.clip(eta, -_FARTHEST, _FARTHEST))
    return false_alarm + (1 - false_alarm) * phi


def _fit(
    strengths: Float[NDArray[np.float64], " strength"],
    detected: Int[NDArray[np.int64], "curve strength"],
    trials: int,
    false_alarm: float,
) -> NDArray[np.float64]:
    """Fit probit lines with a floor to many sets of counts at once, by Fisher scoring.

    The power is ``a + (1 - a) Phi(c0 + c1 s)`` with the false-alarm probability `a`: a search
    statistic that grows with the signal's sum over the root of the noise is linear in `s`.
    """
    design = np.stack([np.ones_like(strengths), strengths / strengths[-1]], axis=1)
    share = detected / trials
    smooth = ((detected + 0.5) / (trials + 1) - false_alarm) / (1 - false_alarm)
    curve: NDArray[np.float64] = ndtri(np.clip(smooth, 0.01, 0.99)) @ np.linalg.pinv(design).T
    for _ in range(_STEPS):
        eta = np.clip(curve @ design.T, -_FARTHEST, _FARTHEST)
        power = false_alarm + (1 - false_alarm) * ndtr(eta)
        slope = (1 - false_alarm) * np.exp(-(eta**2) / 2) / np.sqrt(2 * np.pi)
        weight = slope**2 / (power * (1 - power))
        normal = np.einsum("...s,si,sj->...ij", weight, design, design) + _RIDGE * np.eye(2)
        pull = (weight * (eta + (share - power) / slope)) @ design
        curve = np.linalg.solve(normal, pull[..., None])[..., 0]
    return curve
