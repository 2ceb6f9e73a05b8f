"""Golden vectors hold the events that break exporters, and a difference is found and named."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.hardware import Numerics
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.verification import golden, verify

SCHEMA = FeatureSchema((Feature("energy", unit="GeV"), Feature("charge", unit="e")))
FLOAT = Numerics(is_exact=False, tolerance=1e-5)
EXACT = Numerics(is_exact=True)


class MeanOfParticles(Backbone):
    def __init__(self, schema: FeatureSchema) -> None:
        super().__init__()
        self.schema, self.width = schema, 4
        self.embed = nn.Sequential(nn.Linear(2, 4), nn.Dropout(0.5), nn.GELU())

    def forward(self, events: EventBatch) -> Representation:
        mask = events.padded.mask
        particles = self.embed(events.padded.features).masked_fill(~mask.unsqueeze(-1), 0.0)
        pooled = particles.sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
        return Representation(pooled, particles, mask)

    def blocks(self) -> list[nn.Module]:
        return [self.embed]


class Linear(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 2)

    def forward(self, representation: Representation) -> Tensor:
        return self.linear(representation.pooled)


@pytest.fixture
def network() -> Network:
    torch.manual_seed(1)
    statistics = {"energy": (10.0, 5.0), "charge": (0.0, 1.0)}
    return Network(Projection(SCHEMA, SCHEMA, statistics), MeanOfParticles(SCHEMA), Linear())


@pytest.fixture
def example() -> EventBatch:
    rng = torch.Generator().manual_seed(2)
    offsets = torch.tensor([0, 3, 3, 10, 12])
    p4 = torch.rand(12, 4, generator=rng)
    return EventBatch(SCHEMA, p4, torch.randn(12, 2, generator=rng), offsets)


def test_golden_inputs_hold_the_events_that_break_exporters(
    network: Network, example: EventBatch
) -> None:
    inputs, outputs = golden(network, example)
    assert list(inputs) == ["p4", "features", "mask"]
    assert list(outputs) == ["particles", "pooled", "prediction"]
    lengths = inputs["mask"].sum(1).tolist()
    assert lengths == [
        7,
        3,
        0,
        7,
        2,
        0,
        1,
        7,
        3,
        7,
    ]  # longest, four of ours, none, one, turned, large
    assert inputs["mask"].shape[1] == 7
    assert not inputs["mask"][8, 0]  # particles stand behind empty slots
    assert inputs["mask"][8, -1]
    assert np.all(inputs["features"][~inputs["mask"]] == 0)
    assert np.allclose(inputs["p4"][-1], 1000 * inputs["p4"][0])
    assert all(np.isfinite(values).all() for values in outputs.values())


def test_golden_outputs_know_the_physics(network: Network, example: EventBatch) -> None:
    _, outputs = golden(network, example)
    pooled = outputs["pooled"]
    assert np.allclose(pooled[7:9], pooled[:2], atol=1e-6)  # order does not matter
    assert np.all(pooled[5] == 0)  # nothing gives nothing
    assert np.allclose(outputs["prediction"][5], network.head.linear.bias.detach().numpy())


def test_golden_leaves_the_network_in_training_and_ignores_dropout(
    network: Network, example: EventBatch
) -> None:
    network.train()
    first, second = golden(network, example)[1], golden(network, example)[1]
    assert network.training
    assert verify(first, second, EXACT).is_equal


def test_equal_within_tolerance_and_no_further(network: Network, example: EventBatch) -> None:
    _, outputs = golden(network, example)
    scale = np.abs(outputs["pooled"][0]).max()
    for offset, is_equal in ((0.0, True), (0.5e-5, True), (5e-5, False)):
        found = {name: values.astype(np.float64) for name, values in outputs.items()}
        found["pooled"][0, 2] += offset * scale
        verification = verify(outputs, found, FLOAT)
        assert verification.is_equal is is_equal
        assert verification.first_differing == (None if is_equal else "pooled")
        assert verification.differences["prediction"] == 0
        assert verification.differences["pooled"] <= offset * 1.0001


def test_the_first_differing_tensor_is_the_cause(network: Network, example: EventBatch) -> None:
    _, outputs = golden(network, example)
    found = {name: values * 1.01 for name, values in outputs.items()}
    assert verify(outputs, found, FLOAT).first_differing == "particles"
    found = dict(reversed(found.items()))
    assert verify(outputs, found, FLOAT).first_differing == "particles"


def test_a_large_event_does_not_excuse_the_others() -> None:
    outputs = {"prediction": np.array([[1.0], [1.0], [1.0], [1e6]])}
    found = {"prediction": outputs["prediction"] + np.array([[0.0], [1e-3], [0.0], [0.0]])}
    verification = verify(outputs, found, FLOAT)
    assert not verification.is_equal
    assert verification.differences["prediction"] == pytest.approx(1e-3)


def test_exact_means_every_bit() -> None:
    outputs = {"prediction": np.array([[1.0, 0.0]], np.float32)}
    nearly = {"prediction": np.nextafter(outputs["prediction"], np.float32(2))}
    signed = {"prediction": np.array([[1.0, -0.0]], np.float32)}
    assert verify(outputs, dict(outputs), EXACT).is_equal
    assert not verify(outputs, nearly, EXACT).is_equal
    assert not verify(outputs, signed, EXACT).is_equal
    assert verify(outputs, signed, FLOAT).is_equal


def test_what_is_missing_misshapen_or_not_finite_differs() -> None:
    outputs = {"pooled": np.ones((3, 2)), "prediction": np.ones((3, 1))}
    for wrong in (
        {"pooled": outputs["pooled"]},
        {**outputs, "prediction": np.ones((3, 2))},
        {**outputs, "prediction": np.array([[1.0], [np.nan], [1.0]])},
        {**outputs, "prediction": np.array([[1.0], [1.0], [np.inf]])},
    ):
        for numerics in (FLOAT, EXACT):
            verification = verify(outputs, wrong, numerics)
            assert verification.first_differing == "prediction"
            assert verification.differences["prediction"] is None
            assert verification.differences["pooled"] == 0


def test_a_network_that_overflows_must_overflow_alike() -> None:
    outputs = {"prediction": np.array([[1.0], [np.inf], [np.nan]])}
    assert verify(outputs, dict(outputs), FLOAT).is_equal
    found = {"prediction": np.array([[1.0], [1e30], [np.nan]])}
    assert verify(outputs, found, FLOAT).first_differing == "prediction"
