"""A small regression: networks and events whose best answers can be calculated."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from vierbein.errors.predictions import PredictionShapeError
from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.events.table import EventTable
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.task import Task
from vierbein.interfaces.trainer import TrainingEvents

SCHEMA = FeatureSchema((Feature("x"), Feature("z")))
STATISTICS = {"x": (0.0, 1.0), "z": (0.0, 1.0)}

MakeTable = Callable[..., EventTable]
MakeNetwork = Callable[..., Network]


class Averages(Backbone):
    """The mean of each feature over an event's particles; nothing to learn."""

    def __init__(self) -> None:
        super().__init__()
        self.schema, self.width = SCHEMA, 2

    def forward(self, events: EventBatch) -> Representation:
        padded = events.padded
        pooled = padded.features.sum(1) / padded.mask.sum(1, keepdim=True).clamp(min=1)
        return Representation(pooled, padded.features, padded.mask)

    def blocks(self) -> Sequence[nn.Module]:
        return []


class Attending(Backbone):
    """One layer of attention in two heads, and dropout."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.schema, self.width = SCHEMA, width
        self.embed = nn.Linear(2, width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, events: EventBatch) -> Representation:
        padded = events.padded
        inside = nn.functional.gelu(self.embed(padded.features))
        shape = (*inside.shape[:2], 3, 2, self.width // 2)
        query, key, value = self.qkv(inside).view(shape).permute(2, 0, 3, 1, 4)
        mask = padded.mask[:, None, None, :]
        mixed = nn.functional.scaled_dot_product_attention(query, key, value, mask)
        particles = self.dropout(self.out(mixed.transpose(1, 2).flatten(2)))
        particles = particles * padded.mask.unsqueeze(-1)
        return Representation(particles.sum(1), particles, padded.mask)

    def blocks(self) -> Sequence[nn.Module]:
        return [self.embed, self.qkv, self.out]


class Head(nn.Module):
    """A linear function of the pooled representation."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, 1)

    def forward(self, representation: Representation) -> Tensor:
        return self.linear(representation.pooled)


@Task.register
class Regression:
    """Squared error of one number: as much of a task as a training asks for."""

    def loss(self, prediction: Tensor, events: EventBatch) -> Tensor:
        if tuple(prediction.shape) != (len(events), 1):
            raise PredictionShapeError(prediction.shape, (len(events), 1))
        return (prediction.squeeze(1) - events.truth_of("y")) ** 2

    def scores(self, prediction: Tensor) -> Tensor:
        return prediction


@pytest.fixture(scope="session")
def task() -> Regression:
    return Regression()


@pytest.fixture(scope="session")
def make_table() -> MakeTable:
    """Make events of given numbers of particles, whose y is 2 + 3 x - z of their means, and noise.

    Event weights are ones if not given.
    """

    def make(
        lengths: Sequence[int], seed: int = 0, event_weight: Sequence[float] | None = None
    ) -> EventTable:
        rng = np.random.default_rng(seed)
        features = rng.normal(size=(sum(lengths), 2)).astype(np.float32)
        offsets = np.cumsum([0, *lengths])
        event = np.repeat(np.arange(len(lengths)), lengths)
        means = np.zeros((len(lengths), 2))
        np.add.at(means, event, features)
        means /= np.maximum(np.array(lengths)[:, None], 1)
        truth = 2 + 3 * means[:, 0] - means[:, 1] + 0.5 * rng.normal(size=len(lengths))
        weight = np.ones(len(lengths)) if event_weight is None else np.asarray(event_weight)
        return EventTable(
            SCHEMA,
            "toy",
            np.ones((sum(lengths), 4), np.float32),
            features,
            offsets,
            np.zeros((len(lengths), 0), np.float32),
            weight.astype(np.float32),
            1000 * seed + np.arange(len(lengths)),
            {"y": truth.astype(np.float32)},
        )

    return make


@pytest.fixture(scope="session")
def linear_network() -> MakeNetwork:
    """Make a network that is a linear regression."""

    def make(seed: int = 0) -> Network:
        torch.manual_seed(seed)
        projection = Projection(SCHEMA, SCHEMA, STATISTICS).requires_grad_(requires_grad=False)
        return Network(projection, Averages(), Head(2))

    return make


@pytest.fixture(scope="session")
def attention_network() -> MakeNetwork:
    """Make a network with attention and dropout."""

    def make(seed: int = 0, width: int = 8, dropout: float = 0.0) -> Network:
        torch.manual_seed(seed)
        projection = Projection(SCHEMA, SCHEMA, STATISTICS)
        return Network(projection, Attending(width, dropout), Head(width))

    return make


@pytest.fixture(scope="session")
def events(make_table: MakeTable) -> TrainingEvents:
    """22 events to learn from, 9 to validate."""
    return TrainingEvents(make_table([3, 1, 4, 1, 5] * 4 + [2, 6], seed=1), make_table([2] * 9, 2))
