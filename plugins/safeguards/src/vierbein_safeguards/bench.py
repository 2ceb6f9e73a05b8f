"""Where monitors' counts are held against what clean samples have."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vierbein_safeguards.calibration import Calibration
from vierbein_safeguards.watch import Look


@dataclass(frozen=True)
class Bench:
    """What it takes for a sample to be called unlike.

    Parameters
    ----------
    calibration
        Of the monitors' limits.
    warn_above
        A smaller fraction of events above the limit is never too loud.
    probability
        With which a clean sample may be too loud for one monitor.
    """

    calibration: Calibration
    warn_above: float
    probability: float

    def judge(self, looks: Sequence[Look]) -> "Judgement":
        """Hold monitors' looks at one sample against the limits."""
        num = len(looks[0].scores)
        # It takes a count that is both significant and large to warn.
        significant = self.calibration.smallest_count(num, self.probability)
        warning = max(significant, math.floor(self.warn_above * num + 1e-9) + 1)
        return Judgement(self, tuple(looks), num, significant > num, warning)


@dataclass(frozen=True)
class Judgement:
    """What the monitors say of one sample.

    Parameters
    ----------
    bench
        That judged.
    looks
        Of all monitors.
    num
        Events of the sample.
    is_mute
        Whether no sample of that size could be told from a clean one.
    warning
        Events above the limit from which on it is too loud.
    """

    bench: Bench
    looks: tuple[Look, ...]
    num: int
    is_mute: bool
    warning: int

    @property
    def loudest(self) -> Look:
        """The look with most events above the limit."""
        return max(self.looks, key=lambda look: look.count)

    @property
    def is_loud(self) -> bool:
        """Whether more events stand above the limit than pass."""
        return self.loudest.count >= self.warning

    @property
    def threshold(self) -> float:
        """The largest fraction of events above the limit that passes."""
        return (self.warning - 1) / max(self.num, 1)

    @property
    def rate(self) -> float:
        """Largest probability that a clean sample is too loud for any of the monitors."""
        return len(self.looks) * self.bench.calibration.probability(self.warning, self.num)

    def chance(self, trials: int) -> float:
        """Give the probability that a clean sample is as loud to one of so many monitors."""
        probability = self.bench.calibration.probability(self.loudest.count, self.num)
        return min(1.0, trials * probability)
