"""A linear-Gaussian world in which a search's sensitivity is known exactly."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq

from vierbein_safeguards.sensitivity import Toys

EVENTS = 2000
"""Events of a sample."""
SHIFT = 1.5
"""A signal event's distance from the background's mean, in standard deviations."""
FALSE_ALARM = 0.01
_RELATIVE = np.linspace(0.2, 2.2, 8)


class LinearWorld:
    """Standard normal background, a signal that is shifted, and a representation that projects.

    The search statistic is the squared length of a sample's mean times its number of events: a
    noncentral chi-squared variable, so that the signal fraction at half power is known.

    Parameters
    ----------
    columns
        That the representation keeps.
    kept
        The share of the signal's squared distance that lies in them.
    """

    def __init__(self, columns: int, kept: float) -> None:
        self._columns, self._kept = columns, kept

    @property
    def half_power(self) -> float:
        """The exact signal fraction at which half of the samples are detected."""
        threshold = stats.chi2.isf(FALSE_ALARM, self._columns)

        def above_half(noncentrality: float) -> float:
            return float(stats.ncx2.sf(threshold, self._columns, noncentrality)) - 0.5

        noncentrality = brentq(above_half, 1e-6, 200)
        return float(np.sqrt(noncentrality / EVENTS / self._kept) / SHIFT)

    def statistic(self, strength: float, num: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Draw the search statistic of samples with that signal fraction."""
        mean = rng.normal(size=(num, self._columns)) / np.sqrt(EVENTS)
        signal = rng.binomial(EVENTS, strength, num) / EVENTS
        mean[:, 0] += signal * SHIFT * np.sqrt(self._kept)
        squared: NDArray[np.float64] = (mean**2).sum(axis=1)
        return EVENTS * squared

    def toys(
        self, rng: np.random.Generator, num_null: int = 5000, num_injections: int = 200
    ) -> Toys:
        """Draw toys without signal, and injections at eight strengths around the exact answer."""
        strengths = _RELATIVE * self.half_power * rng.uniform(0.8, 1.2)
        injected = [self.statistic(s, num_injections, rng) for s in strengths]
        return Toys(self.statistic(0.0, num_null, rng), strengths, np.array(injected))
