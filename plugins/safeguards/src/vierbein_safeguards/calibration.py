"""Limits whose false-alarm rates hold for finite samples."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from scipy import stats


@dataclass(frozen=True)
class Calibration:
    """A conformal limit, and how many events of a clean sample stand above it.

    The limit is a rank among the calibration events' own scores, so that a new event of the same
    kind stands above it with probability `event_rate` at most, whatever the distribution [1]_.
    How many of several new events do follows a beta-binomial distribution exactly, because all
    share one limit [2]_; ties among scores only make it rarer.

    Parameters
    ----------
    num_events
        Calibration events.
    event_rate
        Largest probability that an event of a clean sample stands above the limit.

    References
    ----------
    .. [1] Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005.
    .. [2] Angelopoulos and Bates, arXiv:2107.07511, section 3.2 and appendix C.
    """

    num_events: int
    event_rate: float

    @property
    def num_above(self) -> int:
        """Calibration events from the limit on."""
        return math.floor((self.num_events + 1) * self.event_rate + 1e-9)

    @property
    def needed(self) -> int:
        """Calibration events without which there is no limit."""
        return math.ceil(1 / self.event_rate - 1e-9) - 1

    def limit(self, scores: Float[NDArray[np.float64], " event"]) -> float:
        """Give the limit of scores, of which there are `num_events`."""
        return float(np.sort(scores)[-self.num_above])

    def probability(self, count: int, num_events: int) -> float:
        """Give the probability that `count` or more of a clean sample's events stand above."""
        below = self.num_events + 1 - self.num_above
        return float(stats.betabinom.sf(count - 1, num_events, self.num_above, below))

    def smallest_count(self, num_events: int, probability: float) -> int:
        """Give the count that a clean sample reaches with this probability at most.

        One more than there are events if no count is that improbable.
        """
        below = self.num_events + 1 - self.num_above
        counts = np.arange(num_events + 2)
        reached = stats.betabinom.sf(counts - 1, num_events, self.num_above, below)
        return int(np.argmax(reached <= probability))
