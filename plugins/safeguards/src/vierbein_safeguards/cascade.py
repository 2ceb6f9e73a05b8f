"""A triage-then-confirm cascade: what it keeps of what the slow method alone would have kept."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Bool, Int
from numpy.typing import NDArray
from scipy import special

from vierbein.interfaces.figure import Figure
from vierbein_safeguards.calibration import Calibration
from vierbein_safeguards.monitor import Scores
from vierbein_safeguards.proportion import clopper_pearson

Chosen = Bool[NDArray[np.bool_], " event"]

_CONFIDENCE: Final = 0.95
_GOLDEN: Final = 0x9E3779B97F4A7C15
_MIXERS: Final = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


@dataclass(frozen=True)
class Cascade:
    """The slow method sees what the fast cut selects, and a random stream of all events besides.

    Parameters
    ----------
    fast_limit
        The fast score above which an event is selected.
    slow_limit
        The slow score above which an event is kept.
    pass_through
        Share of all events that the slow method sees whatever the fast score is.
    seed
        Of the stream.
    """

    fast_limit: float
    slow_limit: float
    pass_through: float
    seed: int

    @classmethod
    def within(
        cls,
        budget: float,
        fast: Scores,
        slow: Scores,
        *,
        kept: float,
        pass_through: float,
        seed: int,
    ) -> "Cascade":
        """Choose the operating point on events that are not judged afterwards.

        The slow limit is a conformal rank: a new event of the same kind is kept with the
        probability asked for at most. The fast one is a tolerance limit: the slow method's budget
        is held with 95 % confidence, whatever the scores' distribution [1]_.

        Parameters
        ----------
        budget
            Share of events that the slow method may see, the stream included.
        fast
            Fast scores of the events.
        slow
            Their slow scores.
        kept
            Share of events that the slow method alone keeps.
        pass_through
            Share of the stream; below the budget.
        seed
            Of the stream.

        Returns
        -------
        Cascade
            With both limits.

        References
        ----------
        .. [1] Wilks, Ann. Math. Stat. 12 (1941) 91.
        """
        share = selected_share(budget, pass_through)
        selected = num_selected(len(fast), share)
        fast_limit = float(np.sort(fast)[-selected]) if selected else np.inf
        return cls(fast_limit, Calibration(len(slow), kept).limit(slow), pass_through, seed)

    def selects(self, fast: Scores) -> Chosen:
        """Say which events the fast method hands on."""
        return fast > self.fast_limit

    def keeps(self, slow: Scores) -> Chosen:
        """Say which events the slow method keeps, if it sees them."""
        return slow > self.slow_limit

    def passes(self, ids: Int[NDArray[np.int64], " event"]) -> Chosen:
        """Say which events are of the stream: a hash of their ids and the seed decides."""
        return uniform(ids, self.seed) < self.pass_through


def selected_share(budget: float, pass_through: float) -> float:
    """Give the share that the fast method may select, so that both streams fill the budget."""
    return (budget - pass_through) / (1 - pass_through)


def num_selected(num_events: int, share: float) -> int:
    """Give the largest rank above which new events lie with at most that probability, at 95 %."""
    ranks = np.arange(1, num_events + 1)
    # The probability above the k-th largest of n events follows a beta distribution.
    most = special.betaincinv(ranks, num_events + 1 - ranks, _CONFIDENCE)
    return int((most <= share).sum())


def uniform(ids: Int[NDArray[np.int64], " event"], seed: int) -> Scores:
    """Hash ids to numbers that are uniform from 0 to 1, whatever the ids are.

    Parameters
    ----------
    ids
        Of events.
    seed
        Other seeds give other numbers.

    Returns
    -------
    ndarray
        The same for the same id and seed, wherever the event is met.

    References
    ----------
    Steele, Lea and Flood, OOPSLA 2014 (the mixing function of SplitMix64).
    """
    state = np.uint64(seed * _GOLDEN % (1 << 64))
    mixed = _mixed(_mixed(ids.astype(np.uint64) + np.uint64(_GOLDEN)) ^ state)
    return mixed.astype(np.float64) / 2.0**64


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    for shift, factor in _MIXERS:
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    return bits ^ (bits >> np.uint64(31))


def efficiency(name: str, selected: Chosen, kept: Chosen, level: float = 0.95) -> Figure:
    """Give the share of events that the slow method keeps which the fast one selects.

    Parameters
    ----------
    name
        Of the figure.
    selected
        Which events the fast method hands on.
    kept
        Which events the slow method keeps.
    level
        Of the Clopper-Pearson interval.

    Returns
    -------
    Figure
        From 0 to 1 where the slow method keeps nothing.
    """
    num, count = np.array([kept.sum(), (selected & kept).sum()])[:, None]
    low, high = clopper_pearson(count, num, level)
    return Figure(name, float(count[0] / max(num[0], 1)), float(low[0]), float(high[0]))
