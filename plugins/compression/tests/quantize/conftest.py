"""Small students of every shape, and what quantisation needs of them."""

from collections.abc import Callable
from typing import ClassVar, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.events.table import EventTable
from vierbein.fixed_point.vectors import adversarial
from vierbein.interfaces.compressor import Materials
from vierbein.interfaces.fixed_point import FixedPointNetwork
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.trainer import TrainingEvents
from vierbein.testing.fixed_point_network import RoundedSets
from vierbein.testing.made_events import made_events
from vierbein.testing.made_program import NUM_FEATURES, NUM_PARTICLES
from vierbein.testing.made_task import MadeTask, kinds
from vierbein.testing.small_network import SCHEMA
from vierbein.training.settings import TrainingSettings
from vierbein.training.trainer import FabricTrainer

WIDTH = 6


def layer(given: int, width: int = WIDTH) -> nn.Sequential:
    return nn.Sequential(nn.Linear(given, width), nn.ReLU())


class Sets(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.each, self.all = layer(NUM_FEATURES), layer(WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        return self.all(self.each(x).sum(1))


class Largest(Sets):
    def forward(self, x: Tensor) -> Tensor:
        return self.all(self.each(x).amax(dim=1))


class Mean(Sets):
    def forward(self, x: Tensor) -> Tensor:
        return self.all(torch.mean(self.each(x), dim=1))


class Interaction(nn.Module):
    """Each particle's layer of itself and of the sum of all; both maps have a bias."""

    def __init__(self) -> None:
        super().__init__()
        self.own, self.others = nn.Linear(NUM_FEATURES, WIDTH), nn.Linear(NUM_FEATURES, WIDTH)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.own(x) + self.others(x.sum(1, keepdim=True))).sum(1)


class Edges(nn.Module):
    """All pairs by constant indices, the largest of each particle's, their sum."""

    def __init__(self) -> None:
        super().__init__()
        self.edge = layer(2 * NUM_FEATURES)
        pairs = torch.cartesian_prod(torch.arange(NUM_PARTICLES), torch.arange(NUM_PARTICLES))
        self.register_buffer("one", pairs[:, 0].contiguous(), persistent=False)
        self.register_buffer("other", pairs[:, 1].contiguous(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        pairs = torch.cat([x[:, self.one], x.index_select(1, self.other)], dim=-1)
        edges = self.edge(pairs).unflatten(1, (x.shape[1], x.shape[1]))
        return torch.max(edges, dim=2).values.sum(1)


class Expanded(nn.Module):
    """All pairs by expansion."""

    def __init__(self) -> None:
        super().__init__()
        self.edge = layer(2 * NUM_FEATURES)

    def forward(self, x: Tensor) -> Tensor:
        num = x.size(1)
        one, other = x[:, :, None].expand(-1, -1, num, -1), x.unsqueeze(1).expand(-1, num, -1, -1)
        return self.edge(torch.cat((one, other), -1)).sum((1, 2))


class Mixer(nn.Module):
    """A layer across features, one across particles with a way around it, one of everything."""

    def __init__(self) -> None:
        super().__init__()
        self.features, self.particles = layer(NUM_FEATURES), layer(NUM_PARTICLES, NUM_PARTICLES)
        self.all = layer(NUM_PARTICLES * WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        x = self.particles(x.transpose(1, 2)).permute(0, 2, 1) + x
        return self.all(x.flatten(1))


class Leading(nn.Module):
    """The first particle apart, the others as one; one rectifier for both."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.others = nn.Linear(NUM_FEATURES, WIDTH), nn.Linear(NUM_FEATURES, WIDTH)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.first(x[:, 0])) + self.relu(self.others(x[:, 1:])).amax(1)


BODIES: dict[str, Callable[[], nn.Module]] = {
    each.__name__.lower(): each
    for each in (Sets, Largest, Mean, Interaction, Edges, Expanded, Mixer, Leading)
}


class Student(RoundedSets):
    """The features and the grid of `RoundedSets` with another body."""

    symmetries: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, schema: FeatureSchema, body: nn.Module) -> None:
        super().__init__(schema, WIDTH)
        self.body = body


class Made(NamedTuple):
    """What tests make students of."""

    body: Callable[[str], nn.Module]
    student: Callable[..., Network]
    events: Callable[..., EventBatch]
    words: Callable[..., Tensor]


@pytest.fixture(scope="session")
def made() -> Made:
    return Made(lambda name: BODIES[name](), _student, _events, _words)


@pytest.fixture(scope="session")
def materials() -> Materials:
    table = TrainingEvents(EventTable.of(_events(0)), EventTable.of(_events(1)))
    trainer = FabricTrainer(TrainingSettings(batch_size=32), 0)
    return Materials(MadeTask(), trainer, table, lambda: _student("sets"))


def _student(body: str | nn.Module, seed: int = 0, head: nn.Module | None = None) -> Network:
    """Make a float student with the parameters of a seed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        student = Student(SCHEMA, BODIES[body]() if isinstance(body, str) else body)
        statistics = dict.fromkeys(SCHEMA.names, (0.1, 2.0))
        head = head or MadeTask().head(WIDTH)
        return Network(Projection(SCHEMA, SCHEMA, statistics), student, head)


def _events(seed: int = 0, num: int = 64) -> EventBatch:
    lengths = [seed % 3, *[3, 5, 1, 6] * (num // 4)][:num]
    return made_events(SCHEMA, lengths, seed=seed, truth=kinds(num, seed))


def _words(network: FixedPointNetwork, num: int = 1000) -> Tensor:
    """Give words of events, adversarial ones, and random ones."""
    program, rng = network.program(), np.random.default_rng(1)
    hard = adversarial(program, network.words(_events(2)).numpy())
    grid = program.format
    drawn = rng.integers(grid.lowest, grid.highest + 1, (num, *program.shape))
    return torch.from_numpy(np.concatenate([hard, drawn]))
