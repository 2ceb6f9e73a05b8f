"""Sources of events whose masked particles can, or cannot, be told from the others."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.interfaces.network import Network
from vierbein.interfaces.objective import Objective
from vierbein.interfaces.projection import Projection
from vierbein.testing.made_task import MadeTask
from vierbein.testing.small_network import SmallHead, SmallSets

SCHEMA = FeatureSchema((Feature("log_pt", "log(GeV)"), Feature("x", "cm")))
PARTICLES = 4

Drawn = Callable[[int, int], EventBatch]


def batch(features: Tensor, p4: Tensor, num: int) -> EventBatch:
    offsets = torch.arange(0, PARTICLES * num + 1, PARTICLES)
    return EventBatch(SCHEMA, p4, features, offsets, pdg=torch.full((len(p4),), 211))


def massless(log_pt: Tensor, rng: torch.Generator) -> Tensor:
    """Give four-momenta of these transverse momenta: standardised, ln(pT / GeV) has width 1."""
    pt, phi = log_pt.exp(), 6.28 * torch.rand(len(log_pt), generator=rng)
    return torch.stack([pt, pt * phi.cos(), pt * phi.sin(), torch.zeros_like(pt)], dim=1)


@pytest.fixture
def independent() -> Drawn:
    """Events whose particles know nothing of each other; log_pt stands in each one's own p4."""

    def draw(num: int, seed: int) -> EventBatch:
        rng = torch.Generator().manual_seed(seed)
        features = torch.randn(PARTICLES * num, 2, generator=rng)
        return batch(features, massless(features[:, 0], rng), num)

    return draw


@pytest.fixture
def determined() -> Drawn:
    """Events whose features add up to zero: each particle's are minus the sum of the others'."""

    def draw(num: int, seed: int) -> EventBatch:
        rng = torch.Generator().manual_seed(seed)
        features = torch.randn(num, PARTICLES, 2, generator=rng)
        features = features - features.mean(1, keepdim=True)
        features = features.flatten(0, 1) * (PARTICLES / (PARTICLES - 1)) ** 0.5
        return batch(features, massless(features[:, 0], rng), num)

    return draw


@pytest.fixture
def learned() -> Callable[[Objective, Drawn], float]:
    """Train a small network on an objective; give its loss on events that it has not seen."""

    def learn(objective: Objective, draw: Drawn) -> float:
        torch.manual_seed(0)
        projection = Projection(SCHEMA, SCHEMA, dict.fromkeys(SCHEMA.names, (0.0, 1.0)))
        projection.requires_grad_(requires_grad=False)
        network = Network(projection, SmallSets(SCHEMA), SmallHead())
        companion, task = objective.companion(network), MadeTask()
        parameters = [*network.backbone.parameters(), *companion.parameters()]
        optimiser = torch.optim.Adam(parameters, lr=1e-2)
        for step in range(400):
            optimiser.zero_grad()
            objective.loss(network, companion, task, draw(256, 1 + step)).mean().backward()
            optimiser.step()
        network.eval()
        companion.eval()
        with torch.no_grad():
            return float(objective.loss(network, companion, task, draw(4000, 0)).mean())

    return learn
