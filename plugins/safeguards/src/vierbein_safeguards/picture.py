"""Pictures of OOD scores."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from vierbein.interfaces.figure import Line, Picture

_BINS = 40


def distributions(
    title: str, samples: Mapping[str, Float[NDArray[np.float64], " event"]], limit: float
) -> Picture:
    """Draw samples' scores as normalised histograms in logarithmic bins, and the limit.

    Parameters
    ----------
    title
        Of the picture.
    samples
        Scores by the samples' labels; those that are infinite are drawn in the last bin.
    limit
        Where a vertical line stands.

    Returns
    -------
    Picture
        Fractions of events by score.
    """
    every = np.concatenate([*samples.values(), [limit]])
    every = every[np.isfinite(every) & (every > 0)]
    low, high = (every.min(), every.max()) if len(every) else (1.0, 1.0)
    edges = np.geomspace(low, max(high, 1.001 * low), _BINS + 1)
    lines = []
    smallest = 1.0
    for label, scores in samples.items():
        counts, _ = np.histogram(np.clip(scores, edges[0], edges[-1]), bins=edges)
        fractions = counts / max(len(scores), 1)
        smallest = min(smallest, 1 / max(len(scores), 1))
        lines.append(Line(label, edges.tolist(), fractions.tolist(), style="steps"))
    lines.append(Line("calibrated limit", [limit, limit], [smallest, 1.0]))
    return Picture(title, "OOD score", "fraction of events", lines, x_log=True, y_log=True)
