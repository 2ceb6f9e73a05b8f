"""A monitor with its calibrated limit, and what it sees."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray
from scipy import stats

from vierbein.interfaces.figure import Figure
from vierbein_safeguards.calibration import Calibration
from vierbein_safeguards.inputs import INPUTS, Inputs
from vierbein_safeguards.monitor import Mahalanobis, Monitor, Neighbours, Scores
from vierbein_safeguards.separation import auroc


@dataclass(frozen=True)
class Watch:
    """One of the four monitors.

    Parameters
    ----------
    name
        What it looks at, and how.
    inputs
        Which of `INPUTS`.
    monitor
        Fitted on the source domain.
    familiar
        Its scores of the calibration events.
    limit
        Its calibrated limit.
    """

    name: str
    inputs: str
    monitor: Monitor
    familiar: Scores
    limit: float

    def scores(self, events: Inputs) -> Scores:
        """Give events' OOD scores."""
        return self.monitor.scores(events[self.inputs])


@dataclass(frozen=True)
class Look:
    """What one monitor sees of a target domain.

    Parameters
    ----------
    watch
        The monitor.
    scores
        OOD scores of the target domain's events.
    """

    watch: Watch
    scores: Scores

    @property
    def count(self) -> int:
        """How many events stand above the limit."""
        return int((self.scores > self.watch.limit).sum())

    @property
    def share(self) -> float:
        """Which fraction of the events stands above the limit."""
        return self.count / max(len(self.scores), 1)

    def of(self, places: Int[NDArray[np.int64], " place"]) -> "Look":
        """Look at some of the events."""
        return Look(self.watch, self.scores[places])

    def fraction(self, trials: int) -> Figure:
        """Give the fraction of events above the limit.

        Its Clopper-Pearson interval holds with 95 % for `trials` such figures at once (Bonferroni).
        """
        name, num = f"events above the limit, {self.watch.name}", len(self.scores)
        if not num:
            return Figure(name, 0.0, 0.0, 1.0)
        low, high = stats.binomtest(self.count, num).proportion_ci(1 - 0.05 / trials)
        return Figure(name, self.share, float(low), float(high))

    def separation(self) -> Figure:
        """Give how well the score tells the target domain from the source domain."""
        name = f"AUROC target against source, {self.watch.name}"
        return auroc(name, self.watch.familiar, self.scores)


def watches(
    train: Inputs, familiar: Inputs, calibration: Calibration, neighbours: int
) -> list[Watch]:
    """Fit two monitors on each of the inputs, and calibrate them on familiar events."""
    made = []
    for inputs in INPUTS:
        for name, monitor in (
            ("Mahalanobis", Mahalanobis(train[inputs])),
            ("neighbours", Neighbours(train[inputs], neighbours)),
        ):
            scores = monitor.scores(familiar[inputs])
            limit = calibration.limit(scores)
            made.append(Watch(f"{inputs} {name}", inputs, monitor, scores, limit))
    return made
