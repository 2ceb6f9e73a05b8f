"""A search that counts the events which a selection keeps."""

from typing import Final

import numpy as np
from scipy import stats

from vierbein_safeguards.search import TAIL
from vierbein_safeguards.sensitivity import Toys

_RELATIVE: Final = np.linspace(0.2, 2.2, 8)


def counting_toys(
    background: float,
    signal: float,
    num_events: int,
    rng: np.random.Generator,
    *,
    num_null: int = 5000,
    num_injections: int = 400,
) -> Toys:
    """Draw how many events of samples with and without signal a selection keeps.

    A number between 0 and 1 is added to each count, so that a threshold of any false-alarm rate
    exists.

    Parameters
    ----------
    background
        Probability that the selection keeps an event without signal.
    signal
        Probability that it keeps a signal event.
    num_events
        Of a sample.
    rng
        Random numbers.
    num_null
        Samples without signal.
    num_injections
        Samples at each of the strengths, which lie around the one that is seen half of the time.

    Returns
    -------
    Toys
        The counts.
    """
    needed = stats.binom.isf(TAIL, num_events, background) + 1 - num_events * background
    excess = num_events * (signal - background)
    near = min(needed / excess, 1.0) if excess > 0 else 1.0
    strengths = np.unique(np.minimum(near * _RELATIVE, 1.0))
    shares = background + strengths[:, None] * (signal - background)
    null = rng.binomial(num_events, background, num_null) + rng.random(num_null)
    shape = (len(strengths), num_injections)
    return Toys(null, strengths, rng.binomial(num_events, shares, shape) + rng.random(shape))
