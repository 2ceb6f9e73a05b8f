"""Whether a selected spectrum is described by a smooth curve, fitted beside a signal region."""

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from scipy import stats

_STEPS = 50
_FEWEST = 5.0
"""Expected events of a bin, below which its deviance is not chi-squared."""


def sideband_p(
    spectrum: Float[NDArray[np.float64], " event"],
    edges: Float[NDArray[np.float64], " edge"],
    region: tuple[float, float],
    num_parameters: int = 3,
) -> float:
    """Give the p-value of a fit of the side-bands: small where the selection sculpts them.

    The expected counts are an exponential of a polynomial in the spectrum's variable, fitted by
    maximum likelihood to the bins outside the region; their Poisson deviance is chi-squared.

    Parameters
    ----------
    spectrum
        One value an event, such as a mass in GeV.
    edges
        Of the bins.
    region
        Bins that overlap with it are left out.
    num_parameters
        Of the curve.

    Returns
    -------
    float
        The p-value; 1 if fewer bins with enough events are left than parameters.

    References
    ----------
    Baker and Cousins, Nucl. Instrum. Meth. 221 (1984) 437.
    """
    counts, _ = np.histogram(spectrum, bins=edges)
    beside = (edges[1:] <= region[0]) | (edges[:-1] >= region[1])
    centers = (edges[1:] + edges[:-1]) / 2
    scaled = 2 * (centers - edges[0]) / (edges[-1] - edges[0]) - 1
    design = np.polynomial.legendre.legvander(scaled, num_parameters - 1)[beside]
    seen = counts[beside].astype(np.float64)
    eta = np.log(seen + 0.5)
    for _ in range(_STEPS):
        expected = np.exp(eta)
        pull = eta + (seen - expected) / expected
        normal = design.T @ (design * expected[:, None])
        eta = design @ np.linalg.solve(normal, design.T @ (expected * pull))
        eta = np.clip(eta, -20.0, 50.0)
    expected = np.exp(eta)
    filled = expected >= _FEWEST
    freedom = int(filled.sum()) - num_parameters
    if freedom < 1:
        return 1.0
    logs = np.where(seen > 0, seen * np.log(np.maximum(seen, 1) / expected), 0.0)
    deviance = 2 * (expected - seen + logs)
    return float(stats.chi2.sf(deviance[filled].sum(), freedom))
