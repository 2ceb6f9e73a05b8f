"""Spacings of activations, from what a float network computes."""

from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.table import EventTable
from vierbein.interfaces.network import Network
from vierbein_compression.substitution import layers

_NUM_EVENTS: Final = 512
_FINER: Final = 6
"""Powers of two, below the one at which nothing saturates, that are tried."""


def calibrated(network: Network, events: EventTable) -> dict[str, Float[Tensor, " value"]]:
    """Give what each rectifier of a prepared network gives for some events, by its name."""
    seen: dict[str, list[Tensor]] = {}
    handles = []
    for name, layer in layers(network).items():
        if isinstance(layer, nn.ReLU):
            kept = seen[name] = []
            handles.append(layer.register_forward_hook(_keeping(kept)))
    with torch.no_grad():
        network(events.take(np.arange(min(len(events), _NUM_EVENTS))))
    for handle in handles:
        handle.remove()
    return {name: torch.cat(kept) for name, kept in seen.items()}


def best_spacing(values: Float[Tensor, " value"], num_bits: int) -> float:
    """Give the power of two whose grid has the least squared distance from values.

    Parameters
    ----------
    values
        None is negative.
    num_bits
        Width of the grid, which begins at zero.

    Returns
    -------
    float
        The spacing.

    Examples
    --------
    Three bits hold 0 to 7 spacings; one large value among many small ones is left to saturate:

    >>> best_spacing(torch.tensor([0.0, 1.0, 2.0, 7.0]), 3)
    1.0
    >>> best_spacing(torch.tensor([0.5] * 500 + [4.0]), 3)
    0.5
    """
    most, largest = float(values.max()), 2**num_bits - 1
    if most <= 0:
        return 2.0 ** (1 - num_bits)
    coarsest = int(np.ceil(np.log2(most / largest)))
    spacings = [2.0 ** (coarsest - finer) for finer in range(_FINER)]
    return min(spacings, key=lambda spacing: _distance(values, spacing, largest))


def _distance(values: Tensor, spacing: float, largest: int) -> float:
    rounded = (values / spacing).round().clamp(0, largest) * spacing
    return float((rounded - values).double().square().sum())


def _keeping(kept: list[Tensor]):  # type: ignore[no-untyped-def]  # noqa: ANN202
    def keep(layer: nn.Module, given: object, values: Tensor) -> None:  # noqa: ARG001
        kept.append(values.detach().flatten())

    return keep
