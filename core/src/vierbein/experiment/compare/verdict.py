"""What a difference between two arms says, against a margin declared beforehand."""

from enum import StrEnum

from vierbein.experiment.compare.interval import Interval


class Outcome(StrEnum):
    """The four things that a comparison can say."""

    HELPFUL = "helpful"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"
    UNDECIDED = "undecided"


def judge(difference: Interval, margin: float) -> Outcome:
    """Judge a difference, positive where the first arm is better.

    Helpful or negative: the whole interval lies beyond the margin. Neutral: the whole interval lies
    within it. Anything else is undecided: more seeds or events are needed, and no verdict is given
    without the power for it.

    Parameters
    ----------
    difference
        In units of the metric, with its interval.
    margin
        What does not matter yet, in the same units.

    Returns
    -------
    Outcome
        Helpful, negative, neutral or undecided.

    Examples
    --------
    >>> judge(Interval(0.1, 0.08, 0.12), 0.02).value
    'helpful'
    >>> judge(Interval(0.1, -0.08, 0.28), 0.02).value
    'undecided'
    """
    if difference.low > margin:
        return Outcome.HELPFUL
    if difference.high < -margin:
        return Outcome.NEGATIVE
    if -margin <= difference.low and difference.high <= margin:
        return Outcome.NEUTRAL
    return Outcome.UNDECIDED
