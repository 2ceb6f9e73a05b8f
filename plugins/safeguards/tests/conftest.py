"""A small world whose truth is known: jets of four correlated observables, one particle each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.events.table import EventTable
from vierbein.interfaces.run_view import RunView

NAMES = ("charge", "pt", "mass", "multiplicity")
SCHEMA = FeatureSchema(tuple(Feature(name) for name in NAMES))
MEAN = np.array([0.0, 550.0, 80.0, 45.0])
SIGMA = np.array([1.0, 60.0, 20.0, 12.0])
MIXING = np.array([[1, 0, 0, 0], [0, 1, 0.4, 0.3], [0, 0, 0.9, 0.4], [0, 0, 0, 0.85]])
NETWORK = np.random.default_rng(11).normal(size=(3, 6))


def clean(rng: np.random.Generator, num: int) -> NDArray[np.float64]:
    """Draw events of the source domain."""
    return MEAN + SIGMA * (rng.normal(size=(num, 4)) @ MIXING)


def batch(columns: NDArray[np.float64]) -> EventBatch:
    features = torch.tensor(columns, dtype=torch.float32)
    return EventBatch(SCHEMA, features, features, torch.arange(len(features) + 1))


@RunView.register
@dataclass
class World:
    """A run view whose representation sees everything but the charge."""

    samples: Mapping[tuple[str, str], NDArray[np.float64]]
    source: str = "cms"
    reads: list[tuple[str, str]] = field(default_factory=list)
    seed: int = 0
    names: tuple[str, ...] = NAMES
    truth: Mapping[str, Tensor] = field(default_factory=dict)

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(domain for domain, _ in self.samples if domain != self.source)

    def events(self, domain: str, split: str) -> EventTable:
        self.reads.append((domain, split))
        events = batch(self.samples[domain, split])
        events.truth = dict(self.truth)
        return EventTable.of(events)

    def represent(self, events: EventBatch) -> Tensor:
        seen = (events.features.double().numpy() - MEAN)[:, 1:] / SIGMA[1:]
        return torch.from_numpy(np.arcsinh(seen @ NETWORK)).requires_grad_()

    def observables(self, events: EventBatch) -> dict[str, NDArray[np.float64]]:
        columns = events.features.double().numpy()
        return {name: columns[:, SCHEMA.names.index(name)] for name in self.names}


@pytest.fixture
def world() -> Callable[..., World]:
    """Make a world of target samples by domain name; the source domain has `num` events a split."""

    def make(num: int, seed: int, **targets: NDArray[np.float64]) -> World:
        rng = np.random.default_rng([seed, 1])
        samples = {("cms", split): clean(rng, num) for split in ("train", "validation")}
        return World(samples | {(name, "test"): columns for name, columns in targets.items()})

    return make


@pytest.fixture
def draw() -> Callable[[np.random.Generator, int], NDArray[np.float64]]:
    """Draw events of the source domain."""
    return clean
