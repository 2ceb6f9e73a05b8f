from collections.abc import Sequence

import numpy as np
import pytest
import torch

from vierbein.errors.features import (
    FeatureMismatchError,
    RepeatedFeatureError,
    UnitMismatchError,
)
from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema, Role
from vierbein.interfaces.projection import Projection

STATISTICS = {"charge": (0.1, 0.9), "d0": (0.02, 3.0), "dz": (5.0, 2.0), "constant": (4.0, 0.0)}
BASE = FeatureSchema((Feature("charge"), Feature("d0"), Feature("constant")))
OFFSETS = torch.tensor([0, 3, 3, 7])


def schema(*names: str) -> FeatureSchema:
    return FeatureSchema(tuple(Feature(name) for name in names))


def events(names: Sequence[str]) -> EventBatch:
    """Three events; a feature has the same values wherever its column stands."""
    values = {
        name: torch.from_numpy(
            np.random.default_rng(seed).normal(*STATISTICS[name], size=7).astype(np.float32)
        )
        for seed, name in enumerate(STATISTICS)
    }
    columns = torch.stack([values[name] for name in names], dim=1) if names else torch.zeros(7, 0)
    return EventBatch(schema(*names), torch.ones(7, 4), columns, OFFSETS)


def standardised(names: Sequence[str]) -> torch.Tensor:
    mean = torch.tensor([STATISTICS[name][0] for name in names])
    std = torch.tensor([STATISTICS[name][1] or 1.0 for name in names])
    return (events(names).features - mean) / std


def test_equal_schemas_are_joined_by_the_identity_exactly() -> None:
    out = Projection(BASE, BASE, STATISTICS)(events(BASE.names))
    assert torch.equal(out.features, standardised(BASE.names))
    assert out.schema == BASE
    assert torch.equal(out.p4, events(BASE.names).p4)


def test_columns_are_joined_by_name_not_by_place() -> None:
    names = ("constant", "d0", "charge")
    out = Projection(schema(*names), BASE, STATISTICS)(events(names))
    assert torch.equal(out.features, standardised(BASE.names))


def test_a_feature_more_changes_nothing_until_it_is_learned() -> None:
    names = ("dz", *BASE.names)
    projection = Projection(schema(*names), BASE, STATISTICS)
    out = projection(events(names))
    assert projection.extra == ("dz",)
    assert torch.equal(out.features, standardised(BASE.names))
    out.features.sum().backward()
    gradient = projection.linear.weight.grad
    assert gradient is not None
    assert (gradient[:, 0].abs() > 0).all(), "the new feature must be able to learn"


def test_a_feature_less_is_an_error_that_names_it() -> None:
    with pytest.raises(FeatureMismatchError) as caught:
        Projection(schema("charge", "constant"), BASE, STATISTICS)
    what, there_is, cure = str(caught.value).splitlines()
    assert what.endswith("does not give: d0.")
    assert there_is.endswith("charge, constant")
    assert "adapter.stand_ins.d0=" in cure


def test_a_feature_less_takes_its_declared_default() -> None:
    names = ("charge", "constant")
    projection = Projection(schema(*names), BASE, STATISTICS, {"d0": 3.02})
    out = projection(events(names))
    assert projection.defaulted == ("d0",)
    torch.testing.assert_close(out.feature("d0"), torch.ones(7))
    assert torch.equal(out.feature("charge"), standardised(BASE.names)[:, 0])


@pytest.mark.parametrize("other", [Feature("d0", "mm"), Feature("d0", role=Role.VECTOR)])
def test_one_name_with_two_meanings_is_an_error(other: Feature) -> None:
    given = FeatureSchema((Feature("charge"), other, Feature("constant")))
    with pytest.raises(UnitMismatchError, match=r"Feature 'd0' is in (mm|1) \((detector|vector)\)"):
        Projection(given, BASE, STATISTICS)


def test_padded_events_give_the_same_and_keep_empty_slots_empty() -> None:
    batch = events(BASE.names)
    projection = Projection(BASE, BASE, STATISTICS)
    padded = projection(EventBatch.from_padded(batch.schema, batch.padded)).padded
    torch.testing.assert_close(padded.features, projection(batch).padded.features)
    assert (padded.features[~padded.mask] == 0).all()


def test_a_detector_without_features_is_legal() -> None:
    out = Projection(schema(), schema(), STATISTICS)(events(()))
    assert out.features.shape == (7, 0)
    out = Projection(schema(), schema("d0"), STATISTICS, {"d0": 0.02})(events(()))
    assert torch.equal(out.feature("d0"), torch.zeros(7))


def test_random_numbers_do_not_depend_on_the_detector() -> None:
    drawn = []
    for names in (BASE.names, ("dz", *BASE.names)):
        torch.manual_seed(1)
        Projection(schema(*names), BASE, STATISTICS)
        drawn.append(torch.rand(1))
    assert drawn[0] == drawn[1]


PER_EVENT = {"total": (10.0, 4.0), "rate": (3.0, 1.5)}


def with_events(names: Sequence[str], of_events: Sequence[str]) -> EventBatch:
    """The same three events with per-event features."""
    values = {"total": torch.tensor([2.0, 10.0, 18.0]), "rate": torch.tensor([3.0, 0.0, 6.0])}
    features = tuple(Feature(name) for name in of_events)
    columns = torch.stack([values[name] for name in of_events], dim=1)
    bare = events(names)
    joined = FeatureSchema(bare.schema.features, features)
    return EventBatch(joined, bare.p4, bare.features, OFFSETS, event_features=columns)


def joined(given: EventBatch, wanted: EventBatch, **stand_ins: float) -> Projection:
    return Projection(given.schema, wanted.schema, STATISTICS | PER_EVENT, stand_ins)


def test_event_features_are_joined_by_name_and_standardised() -> None:
    given = with_events(BASE.names, ("rate", "total"))
    wanted = with_events(BASE.names, ("total", "rate"))
    out = joined(given, wanted)(given)
    assert out.schema == wanted.schema
    expected = torch.tensor([[-2.0, 0.0], [0.0, -2.0], [2.0, 2.0]])
    torch.testing.assert_close(out.event_features, expected)


def test_an_event_feature_less_is_an_error_or_takes_its_default() -> None:
    given = with_events(BASE.names, ("total",))
    wanted = with_events(BASE.names, ("total", "rate"))
    with pytest.raises(FeatureMismatchError, match=r"does not give: rate\."):
        joined(given, wanted)
    projection = joined(given, wanted, rate=6.0)
    assert projection.defaulted == ("rate",)
    out = projection(given)
    torch.testing.assert_close(out.event_features[:, 1], torch.full((3,), 2.0))


def test_an_event_feature_more_changes_nothing_until_it_is_learned() -> None:
    given = with_events(BASE.names, ("rate", "total"))
    wanted = with_events(BASE.names, ("total",))
    projection = joined(given, wanted)
    out = projection(given)
    assert projection.extra == ("rate",)
    assert torch.equal(out.event_features[:, 0], torch.tensor([-2.0, 0.0, 2.0]))
    assert torch.equal(out.features, standardised(BASE.names))
    (out.features.sum() + out.event_features.square().sum()).backward()
    assert projection.event_linear is not None
    for gradient in (projection.linear.weight.grad, projection.event_linear.weight.grad):
        assert gradient is not None
    assert (projection.linear.weight.grad[:, -1].abs() > 0).all()
    assert projection.event_linear.weight.grad[0, 0].abs() > 0


def test_every_particle_sees_an_event_feature_that_the_base_does_not_know() -> None:
    given = with_events(BASE.names, ("total",))
    projection = joined(given, events(BASE.names))
    assert projection.event_linear is None
    with torch.no_grad():
        projection.linear.weight[0, -1] = 1.0
    moved = projection(given).features - standardised(BASE.names)
    torch.testing.assert_close(moved[:, 0], torch.tensor([-2.0] * 3 + [2.0] * 4))
    assert (moved[:, 1:] == 0).all()
    padded = EventBatch.from_padded(given.schema, given.padded, given.event_features)
    again = projection(padded)
    torch.testing.assert_close(again.padded.features, projection(given).padded.features)
    assert again.event_features.shape == (3, 0)


def test_features_of_particles_and_of_events_have_different_names() -> None:
    with pytest.raises(RepeatedFeatureError, match="one schema: d0"):
        FeatureSchema((Feature("d0"),), (Feature("d0"),))
