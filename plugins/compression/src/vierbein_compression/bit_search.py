"""Which layer can do with fewer bits: a search under a budget of bit operations."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from torch import nn

from vierbein.fixed_point.cost import bit_operations
from vierbein.fixed_point.operations import Dense, Operation, Quantise
from vierbein.fixed_point.program import Program
from vierbein_compression.errors import BudgetError

Widths = Mapping[str, int]
_LARGE = 1 << 20
"""A weight that saturates what comes behind it."""


def searched(
    widths: Widths,
    lowered: list[str],
    least: int,
    budget: int,
    cost: Callable[[Widths], int],
    loss: Callable[[Widths], float],
) -> dict[str, int]:
    """Take bits away, one at a time, where that costs least loss for what it saves.

    Each layer is tried once with a bit less, and again only after it has lost one: what a bit of
    the others costs changes little meanwhile. That is one trial a layer, and one a bit.

    Parameters
    ----------
    widths
        Bits of each layer, by name, to begin with.
    lowered
        Names of the layers that may lose some.
    least
        Bits that each keeps.
    budget
        Bit operations that are allowed.
    cost
        Bit operations with some widths.
    loss
        On validation events, with some widths.

    Returns
    -------
    dict
        Bits of each layer, by name.

    Raises
    ------
    BudgetError
        If all layers together cannot be lowered to the budget.
    """
    found = dict(widths)
    cheapest = found | {name: min(found[name], least) for name in lowered}
    if (possible := cost(cheapest)) > budget:
        raise BudgetError(budget, possible)
    now, current = cost(found), loss(found)
    rises: dict[str, float] = {}
    while now > budget:
        fewer = {name: found | {name: found[name] - 1} for name in lowered if found[name] > least}
        costs = {name: cost(each) for name, each in fewer.items()}
        for name, each in fewer.items():
            if name not in rises:
                rises[name] = loss(each) - current
        chosen = min(fewer, key=lambda name: _price(rises[name], now - costs[name]))
        found, now = fewer[chosen], costs[chosen]
        current += rises.pop(chosen)
    return found


def most_bit_operations(program: Program, layers: Mapping[str, nn.Module], widths: Widths) -> int:
    """Count the bit operations of a program with other widths, whatever its weights learn.

    Weights that are zero before training stay zero; all others count, and activations have all
    their bits.

    Parameters
    ----------
    program
        Of the network with any widths.
    layers
        Of the float network, by name.
    widths
        Bits of each layer, by name.

    Returns
    -------
    int
        What a trained network takes at most.
    """

    def widest(operation: Operation) -> Operation:
        if isinstance(operation, Quantise):
            num_bits = widths.get(operation.name, operation.format.num_bits)
            return replace(operation, format=replace(operation.format, num_bits=num_bits))
        layer = layers.get(operation.name)
        if not isinstance(operation, Dense) or not isinstance(layer, nn.Linear):
            return operation
        is_kept = (layer.weight.detach() != 0).T.cpu().numpy()
        weight = np.where(is_kept, _LARGE, 0).astype(np.int64)
        return replace(operation, weight=weight, weight_bits=widths[operation.name])

    return bit_operations(
        replace(program, operations=tuple(widest(each) for each in program.operations))
    )


def _price(rise: float, saved: int) -> tuple[bool, float]:
    """Rank a bit: those that save nothing last, then by the loss for each bit operation."""
    return saved <= 0, rise / saved if saved > 0 else rise
