"""A difference to a base: what is shared is not kept, and all comes back bit by bit."""

import pytest
import torch

from vierbein.errors.loading import DifferenceError
from vierbein.storage.difference import Difference, is_same

BASE = {
    "a.weight": torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
    "a.bias": torch.tensor([0.0, 1.0]),
    "b.bias": torch.tensor([0.0, 1.0]),
}
STATE = {
    "a.parametrizations.weight.original": BASE["a.weight"].clone(),
    "a.parametrizations.weight.0.up": torch.tensor([[0.5], [0.5]]),
    "a.bias": torch.tensor([-0.0, 1.0]),
    "b.bias": BASE["b.bias"].clone(),
    "projection.mean": BASE["b.bias"].clone(),
}


def test_only_what_differs_is_kept():
    found = Difference.of(STATE, BASE)
    assert found.from_base == {
        "a.parametrizations.weight.original": "a.weight",
        "b.bias": "b.bias",  # and not a.bias, which has the same bytes
    }
    # A zero of the other sign is another tensor; a projection is always the adapter's own.
    assert set(found.own) == {"a.parametrizations.weight.0.up", "a.bias", "projection.mean"}


def test_it_comes_back_bit_by_bit():
    filled = Difference.of(STATE, BASE).fill(BASE, STATE)
    assert set(filled) == set(STATE)
    assert all(is_same(filled[name], STATE[name]) for name in STATE)


def test_without_a_base_everything_is_its_own():
    found = Difference.of(STATE, {})
    assert set(found.own) == set(STATE)
    assert found.fill({}, STATE)["b.bias"] is STATE["b.bias"]


@pytest.mark.parametrize(
    ("own", "from_base", "said"),
    [
        ({}, {"a.bias": "c.bias"}, "a.bias is missing: the base has no c.bias"),
        ({"a.bias": BASE["a.bias"]}, {"a.bias": "b.bias"}, "both its own and the base's"),
        ({}, {}, "a.bias is missing"),
        ({"a.bias": BASE["a.bias"], "z": BASE["a.bias"]}, {}, "z is not in the network"),
        ({"a.bias": torch.zeros(3)}, {}, r"float32\[3\], the network's is float32\[2\]"),
        ({"a.bias": torch.zeros(2, dtype=torch.float64)}, {}, "is float64"),
    ],
)
def test_what_does_not_fit_is_refused(own, from_base, said):
    with pytest.raises(DifferenceError, match=said):
        Difference(own, from_base).fill(BASE, {"a.bias": BASE["a.bias"]})
