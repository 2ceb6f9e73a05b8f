"""The learning rate of a step."""

import math


def rate(step: int, steps: int, peak: float, warmup: float) -> float:
    """Rise linearly over the warm-up, then fall along half a cosine to zero.

    Parameters
    ----------
    step
        The step, from 0.
    steps
        Steps of the whole training.
    peak
        The highest learning rate.
    warmup
        The share of the steps that rise.

    Returns
    -------
    float
        The learning rate of that step.

    Examples
    --------
    >>> [round(rate(step, 10, 1.0, 0.2), 2) for step in (0, 1, 2, 6, 9)]
    [0.5, 1.0, 1.0, 0.5, 0.04]
    """
    rising = max(1, round(warmup * steps))
    if step < rising:
        return peak * (step + 1) / rising
    return peak * 0.5 * (1 + math.cos(math.pi * (step - rising) / max(1, steps - rising)))
