"""A small network and events to lower it with."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.fixed_point.program import Program
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.hardware import Artifact
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.testing.fixed_point_network import MadeFixedPointNetwork, made_fixed_point_network
from vierbein_cpu.cpu import Cpu

SCHEMA = FeatureSchema((Feature("energy", unit="GeV"), Feature("charge", unit="e")))


class DeepSets(Backbone):
    """Each particle alone, then their mean; `twist` may spoil the pooled representation."""

    def __init__(self, schema: FeatureSchema, twist: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.schema, self.width, self.twist = schema, 8, twist
        self.embed = nn.Linear(2 + 4, 8)
        self.mix = nn.Sequential(nn.GELU(), nn.Dropout(0.3), nn.Linear(8, 8), nn.LayerNorm(8))

    def forward(self, events: EventBatch) -> Representation:
        padded, mask = events.padded, events.padded.mask
        columns = torch.cat([padded.p4 / 100, padded.features], dim=-1)
        particles = self.mix(self.embed(columns)).masked_fill(~mask.unsqueeze(-1), 0.0)
        pooled = particles.sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
        return Representation(self.twist(pooled), particles, mask)

    def blocks(self) -> list[nn.Module]:
        return [self.embed, self.mix]


class Head(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, 3)

    def forward(self, representation: Representation) -> Tensor:
        return self.linear(representation.pooled)


@pytest.fixture(scope="session")
def deep_sets() -> Callable[..., Network]:
    """Make a network, always the same one."""

    def make(twist: Callable[[Tensor], Tensor] = torch.Tensor.contiguous) -> Network:
        torch.manual_seed(4)
        statistics = {"energy": (20.0, 10.0), "charge": (0.0, 1.0)}
        backbone = DeepSets(SCHEMA, twist)
        return Network(Projection(SCHEMA, SCHEMA, statistics), backbone, Head(backbone.width))

    return make


@pytest.fixture(scope="session")
def jets() -> Callable[..., EventBatch]:
    """Make events of `fewest` to `most` particles."""

    def make(num: int, fewest: int = 0, most: int = 12, seed: int = 5) -> EventBatch:
        rng = torch.Generator().manual_seed(seed)
        lengths = torch.randint(fewest, most + 1, (num,), generator=rng)
        momenta = 30 * torch.randn(int(lengths.sum()), 3, generator=rng)
        energy = momenta.norm(dim=1, keepdim=True)
        charge = torch.randint(-1, 2, (len(momenta), 1), generator=rng)
        offsets = torch.cat([lengths.new_zeros(1), lengths.cumsum(0)])
        p4 = torch.cat([energy, momenta], dim=1)
        return EventBatch(SCHEMA, p4, torch.cat([energy, charge], dim=1), offsets)

    return make


@pytest.fixture(scope="session")
def artifact(
    deep_sets: Callable[..., Network],
    jets: Callable[..., EventBatch],
    tmp_path_factory: pytest.TempPathFactory,
) -> Artifact:
    """Lower the network once; tests copy what they change."""
    folder: Path = tmp_path_factory.mktemp("artifact")
    return Cpu().lower(deep_sets(), jets(20), folder)


class Programmed(MadeFixedPointNetwork):
    """A fixed-point network of any program."""

    def __init__(self, program: Program) -> None:
        made = made_fixed_point_network()
        super().__init__(made.projection, made.backbone, made.head)
        self.made = program
        self.eval()

    def program(self) -> Program:
        return self.made

    def from_words(self, words: Tensor) -> Tensor:
        return torch.from_numpy(self.made.predict(words.numpy()).values)


@pytest.fixture(scope="session")
def programmed() -> type[Programmed]:
    """Give the class of fixed-point networks of any program."""
    return Programmed
