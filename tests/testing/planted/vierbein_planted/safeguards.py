"""Safeguards: a good one, and what can be wrong with it."""

import math

import numpy as np
from scipy import stats

from vierbein.interfaces.figure import Figure
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict


class Moved(Safeguard):
    """Compares the mean momentum of source and target domain.

    Parameters
    ----------
    rate
        Largest false-alarm rate.
    """

    moment = Moment.ADAPTED

    def __init__(self, rate: float = 0.01) -> None:
        self.rate = rate

    def sigmas(self, view, domain) -> float:
        here, there = (
            view.observables(view.events(name, "test").take())["momentum"]
            for name in (view.source, domain)
        )
        error = math.hypot(*(x.std() / math.sqrt(len(x)) for x in (here, there)))
        return float(abs(there.mean() - here.mean()) / error)

    def threshold(self, figure: float) -> float:
        return float(stats.norm.isf(self.rate / 2))

    def question(self, view):
        verdicts = []
        for domain in view.targets:
            value = self.sigmas(view, domain)
            limit = self.threshold(value)
            answer = Answer.WARN if value > limit else Answer.PASS
            figure = Figure("standard deviations", value, value - 1, value + 1)
            verdicts.append(
                Verdict(f"moved: {domain}", answer, f"{value:.1f} apart.", figure, limit, self.rate)
            )
        return verdicts


class NeverFires(Moved):
    """Has a threshold that nothing passes."""

    def threshold(self, figure: float) -> float:
        return 1e6


class AlwaysFires(Moved):
    """Warns of everything."""

    def threshold(self, figure: float) -> float:
        return -1.0


class FiresOften(Moved):
    """Warns three times as often as it says."""

    def threshold(self, figure: float) -> float:
        return 0.5


class ExpectsNothing(AlwaysFires):
    """Warns of everything, and says so."""

    def __init__(self, rate: float = 1.0) -> None:
        super().__init__(rate)


class MovesTheThreshold(Moved):
    """Sets the threshold when it has seen the answer."""

    def threshold(self, figure: float) -> float:
        return 0.9 * figure if figure > 4 else figure + 0.1


class NoNumber(Moved):
    """Gives a figure that is no number."""

    def sigmas(self, view, domain) -> float:
        return math.nan


class NumpyInside(Moved):
    """Gives numbers that JSON does not know."""

    def threshold(self, figure: float):
        return np.float32(super().threshold(figure))


class Restless(Moved):
    """Draws what no seed fixes."""

    def sigmas(self, view, domain) -> float:
        return super().sigmas(view, domain) + float(np.random.default_rng().random())
