from dataclasses import replace

import numpy as np
import pytest

from vierbein.events.schema import Feature, FeatureSchema, Role
from vierbein.training.statistics import statistics


def test_mean_and_standard_deviation_are_those_of_the_particles(make_table):
    table = make_table([2, 0, 3, 1])
    table.features[:] = np.array([[1, 7], [2, 7], [3, 7], [4, 7], [5, 7], [90, 7]])
    found = statistics(table.choose(np.array([0, 1, 2])))
    assert found["x"] == pytest.approx((3.0, np.sqrt(2.0)))
    assert found["z"] == (7.0, 0.0)


def test_a_constant_offset_costs_no_precision(make_table):
    table = make_table([50] * 40)
    expected = table.features[:, 0].astype(np.float64).std()
    table.features[:, 0] += 4096
    mean, std = statistics(table)["x"]
    assert mean == pytest.approx(4096, abs=0.1)
    assert std == pytest.approx(expected, rel=1e-4)


def test_where_there_are_no_particles_features_stay_as_they_are(make_table):
    assert statistics(make_table([0, 0])) == {"x": (0.0, 1.0), "z": (0.0, 1.0)}


def test_space_is_not_stretched(make_table):
    schema = FeatureSchema(tuple(Feature(name, "m", role=Role.VECTOR) for name in "xyz"))
    rows = np.array([[0, 10, 3], [2, 30, 3]], np.float32)
    found = statistics(replace(make_table([2]), schema=schema, features=rows))
    common = np.sqrt((1 + 100 + 0) / 3)
    means = {"x": 1, "y": 20, "z": 3}
    assert found == {name: pytest.approx((mean, common)) for name, mean in means.items()}
