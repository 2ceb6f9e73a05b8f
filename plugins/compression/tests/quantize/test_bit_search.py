"""Bits are taken where they cost least, down to the budget."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch

from vierbein.fixed_point.cost import bit_operations
from vierbein.fixed_point.operations import Dense
from vierbein.interfaces.compressor import Materials
from vierbein_compression.bit_search import searched
from vierbein_compression.errors import BudgetError
from vierbein_compression.quantize import Quantize


class Made:
    """A cost that is a sum of bits times sizes, and a loss of its own for each bit."""

    sizes: Mapping[str, int] = {"a": 10, "b": 10, "c": 1}
    weights: Mapping[str, float] = {"a": 1.0, "b": 100.0, "c": 2.0}

    def __init__(self) -> None:
        self.trials = 0

    def cost(self, widths: Mapping[str, int]) -> int:
        return sum(self.sizes[name] * width for name, width in widths.items())

    def loss(self, widths: Mapping[str, int]) -> float:
        self.trials += 1
        return sum(self.weights[name] * 2.0**-width for name, width in widths.items())


def test_the_layer_that_matters_least() -> None:
    """`a` saves as much as `b` at a hundredth of the loss; `c` saves little."""
    made = Made()
    found = searched(dict.fromkeys("abc", 8), list("abc"), 2, 138, made.cost, made.loss)
    assert found == {"a": 5, "b": 8, "c": 8}
    assert made.trials == 1 + 3 + 2


def test_down_to_the_least() -> None:
    made = Made()
    found = searched(dict.fromkeys("abc", 4), list("abc"), 2, 42, made.cost, made.loss)
    assert found == {"a": 2, "b": 2, "c": 2}
    with pytest.raises(BudgetError, match=r"budget=41 cannot be kept[^$]*takes 42"):
        searched(dict.fromkeys("abc", 4), list("abc"), 2, 41, made.cost, made.loss)


def test_some_layers_keep_theirs() -> None:
    made = Made()
    found = searched(dict.fromkeys("abc", 8), ["b"], 2, 138, made.cost, made.loss)
    assert found == {"a": 8, "b": 5, "c": 8}


def test_a_budget_is_kept_and_restored(made: Any, materials: Materials) -> None:
    given = made.student("sets")
    full = Quantize(steps=0).compress(given, materials)
    budget = bit_operations(full.program()) * 19 // 20
    kept = dict.fromkeys(("head.linear", "body.all.0", "body.all.1"), 6)
    compressor = Quantize(steps=5, budget=budget, trial_steps=2, bits=kept)
    torch.manual_seed(0)
    network = compressor.compress(given, materials)
    assert bit_operations(network.program()) <= budget
    found = {
        each.name: each.weight_bits
        for each in network.program().operations
        if isinstance(each, Dense)
    }
    assert found["head.linear"] == found["body.all.0"] == 6
    again = compressor.restored(given, materials, network.state_dict())
    assert [str(e) for e in again.program().operations] == [
        str(e) for e in network.program().operations
    ]
