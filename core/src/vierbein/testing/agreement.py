"""How far two tensors are apart, on the scale of what was wanted."""

import math

import torch
from torch import Tensor

ROUNDING = 1e-9
"""Larger differences, over the largest value, are more than rounding of double precision."""


def apart(found: Tensor, wanted: Tensor) -> float:
    """Give the largest difference over the largest wanted value; infinite where none can be told.

    Parameters
    ----------
    found
        What came out.
    wanted
        What should have.

    Returns
    -------
    float
        0 for equal or empty tensors; infinite for other shapes and values that are not finite.

    Examples
    --------
    >>> apart(torch.tensor([1.0, 4.0]), torch.tensor([2.0, 4.0]))
    0.25
    """
    if found.shape != wanted.shape or not (found.isfinite().all() and wanted.isfinite().all()):
        return math.inf
    if not wanted.numel():
        return 0.0
    scale = max(float(wanted.abs().max()), torch.finfo(torch.float32).tiny)
    return float((found.double() - wanted.double()).abs().max()) / scale


def moved(found: Tensor, wanted: Tensor) -> float:
    """Give the largest change over the standard deviation; infinite where none can be told.

    Parameters
    ----------
    found
        What came out, one row an event or particle.
    wanted
        What should have.

    Returns
    -------
    float
        The deviation is that of the wanted rows from their mean, over all columns.

    Examples
    --------
    >>> moved(torch.tensor([[1.0], [3.5]]), torch.tensor([[1.0], [3.0]]))
    0.5
    """
    if found.shape != wanted.shape or not (found.isfinite().all() and wanted.isfinite().all()):
        return math.inf
    if not wanted.numel():
        return 0.0
    spread = float((wanted.double() - wanted.double().mean(0)).square().mean().sqrt())
    change = float((found.double() - wanted.double()).abs().max())
    return change / max(spread, torch.finfo(torch.float32).tiny)
