import numpy as np
import pytest

from vierbein.experiment.compare.slices import cut
from vierbein.interfaces.observable import Observable


class Measured(Observable):
    """Values that were computed before; only the unit counts."""

    def __init__(self, unit):
        self.unit = unit

    def __call__(self, events):
        raise NotImplementedError


OBSERVABLES = {"pt": Measured("GeV"), "number": Measured("1")}


@pytest.mark.parametrize("number", [1, 2, 3, 7])
@pytest.mark.parametrize("num_events", [7, 100, 1001])
def test_slices_have_equal_numbers_and_every_event_is_in_one(number, num_events):
    rng = np.random.default_rng(num_events)
    values = {"pt": rng.gamma(2, 100, num_events), "number": rng.normal(size=num_events)}
    slices = cut(values, OBSERVABLES, {"pt": number, "number": number})
    assert len(slices) == 2 * number
    for name in values:
        inside = np.array([s.belongs for s in slices if s.observable == name])
        assert (inside.sum(axis=0) == 1).all()
        counts = inside.sum(axis=1)
        assert counts.max() - counts.min() <= 1
        for s in slices:
            if s.observable == name:
                assert (values[name][s.belongs] >= s.low).all()
                assert (values[name][s.belongs] <= s.high).all()


@pytest.mark.parametrize("values", [[3.0] * 10, [0.0] * 6 + [1.0] * 4, [0, 0, 0, 1, 2, 2, 2, 2, 9]])
@pytest.mark.parametrize("number", [2, 3, 5])
def test_with_equal_values_too_every_event_is_in_exactly_one(values, number):
    slices = cut({"number": np.array(values, float)}, OBSERVABLES, {"number": number})
    assert (np.sum([s.belongs for s in slices], axis=0) == 1).all()


def test_only_what_is_asked_for_is_cut_and_names_have_units():
    values = {"pt": np.linspace(450, 600, 5), "number": np.arange(5.0)}
    slices = cut(values, OBSERVABLES, {"pt": 2})
    assert [s.name for s in slices] == ["pt 450-525 GeV", "pt 525-600 GeV"]
    assert [s.name for s in cut(values, OBSERVABLES, {"number": 1})] == ["number 0-4"]
    assert cut(values, OBSERVABLES, {}) == []
