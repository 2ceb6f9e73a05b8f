"""Label efficiency: how many times fewer target events give the same metric."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vierbein.experiment.compare.interval import Measured


@dataclass(frozen=True)
class Efficiency:
    """A number of times, or of events, with its bootstrap interval.

    Parameters
    ----------
    value
        The number; where it is a bound, the bound.
    low
        Lower end of the interval.
    high
        Upper end; nothing where the twin's curve ends before it.
    bound
        Whether the value is only a bound: the twin never gets there with the events that it was
        given (``at_least``), or is there with the fewest already (``at_most``).
    """

    value: float
    low: float
    high: float | None
    bound: Literal["", "at_least", "at_most"]

    def to_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return asdict(self)


def events_needed(
    metric: float, sizes: Sequence[int], curve: NDArray[np.float64]
) -> tuple[float, Literal["", "at_least", "at_most"]]:
    """Find how many events bring a twin to a metric, on its curve against their number.

    The curve is made monotone from the left (a twin can ignore further events) and interpolated
    linearly in the logarithm of the number.

    Parameters
    ----------
    metric
        To be reached; higher is better.
    sizes
        Numbers of events of the twin's trainings, rising.
    curve
        The twin's metric at each of them.

    Returns
    -------
    float
        The number of events; the nearest of `sizes` where the metric lies off the curve.
    str
        ``at_least`` if the twin never gets there, ``at_most`` if its smallest sample does, empty
        else.

    Examples
    --------
    >>> events_needed(0.85, [100, 1000, 10000], np.array([0.8, 0.9, 0.95]))[0].__round__()
    316
    >>> events_needed(0.97, [100, 1000, 10000], np.array([0.8, 0.9, 0.95]))
    (10000.0, 'at_least')
    """
    best = np.maximum.accumulate(curve)
    if metric > best[-1]:
        return float(sizes[-1]), "at_least"
    if metric <= best[0]:
        return float(sizes[0]), "at_most"
    above = int(np.searchsorted(best, metric))
    low, high = best[above - 1], best[above]
    share = (metric - low) / (high - low)
    logs = np.log(sizes[above - 1 : above + 1])
    return float(np.exp(logs[0] + share * (logs[1] - logs[0]))), ""


def label_efficiency(
    arm: Measured,
    twins: Sequence[Measured],
    sizes: Sequence[int],
    level: float,
    *,
    per: int,
    seed: int,
) -> Efficiency:
    """Compare an arm with the twin's whole curve.

    Parameters
    ----------
    arm
        The transfer arm at one size, or the zero-shot network.
    twins
        The twin at every size.
    sizes
        Those sizes, rising.
    level
        Confidence level.
    per
        The arm's own number of target events; 1 gives the number of events that it is worth.
    seed
        Of the bootstrap.

    Returns
    -------
    Efficiency
        Interval from a bootstrap of the test events, and of the mean over seeds by Student's t.
    """
    curve = np.array([twin.values.mean() for twin in twins])
    needed, bound = events_needed(float(arm.values.mean()), sizes, curve)
    rng = np.random.default_rng([seed, 3])
    drawn: list[float] = []
    num = len(twins[0].values)
    for replica in range(arm.replicas.shape[1]):
        # Resampled seeds would spread too little: of three, no resampling shows Student's tails.
        # Drawn once for all arms, the numbers keep what the arms of a seed have in common.
        lean = rng.standard_normal(num) / np.sqrt(num * rng.chisquare(max(num - 1, 1)))
        here = np.array([_leaning(twin, replica, lean) for twin in twins])
        metric = _leaning(arm, replica, lean)
        if np.isnan([metric, *here]).any():  # a replica without events of some class
            continue
        number, kind = events_needed(metric, sizes, here)
        drawn.append(np.inf if kind == "at_least" else number)
    low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2], method="inverted_cdf")
    lowest = min(float(low), float(sizes[-1]))
    return Efficiency(
        needed / per, lowest / per, float(high) / per if np.isfinite(high) else None, bound
    )


def _leaning(measured: Measured, replica: int, lean: NDArray[np.float64]) -> float:
    """Give a replica's mean over seeds, moved by a draw of Student's t in the seeds' own spread."""
    values = measured.replicas[:, replica]
    mean = values.mean()
    return float(mean + ((values - mean) * lean).sum())
