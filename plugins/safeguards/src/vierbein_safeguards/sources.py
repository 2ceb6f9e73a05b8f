"""How much of an answer's scatter is that of seeds, and how much that of bases."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from scipy import stats

from vierbein.interfaces.figure import Figure

_TAILS = (0.975, 0.025)


@dataclass(frozen=True)
class Sources:
    """One answer of several networks: some bases, of each some seeds.

    The components are those of a one-way analysis of variance with random effects: what is left of
    the bases' scatter when the seeds' share in it is taken off.

    Parameters
    ----------
    answers
        One row a base, one column a seed.
    """

    answers: Float[NDArray[np.float64], "base seed"]

    @property
    def within(self) -> float:
        """Standard deviation over seeds, of one base."""
        return float(np.sqrt(self.answers.var(axis=1, ddof=1).mean()))

    @property
    def between(self) -> float:
        """Standard deviation over bases, without what seeds contribute; zero if less than that."""
        return self._between(self._variance)

    def figures(self, of: str) -> list[Figure]:
        """Give both, with intervals as wide as few bases and seeds make them."""
        bases, seeds = self.answers.shape
        low, high = (self._dof(bases * (seeds - 1), tail) for tail in _TAILS)
        few, many = (self._between(self._variance * self._dof(bases - 1, t) ** 2) for t in _TAILS)
        within, between = self.within, self.between
        return [
            Figure(f"{of}: within-source error (seeds)", within, within * low, within * high),
            Figure(f"{of}: training-source error (bases)", between, few, many),
        ]

    @property
    def _variance(self) -> float:
        return float(self.answers.mean(axis=1).var(ddof=1))

    def _between(self, variance: float) -> float:
        return float(np.sqrt(max(0.0, variance - self.within**2 / self.answers.shape[1])))

    def _dof(self, degrees: int, tail: float) -> float:
        return float(np.sqrt(degrees / stats.chi2.ppf(tail, degrees)))
