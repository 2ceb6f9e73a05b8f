"""A run in the linear-Gaussian world: its networks project out what they are told to."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.events.table import EventTable
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.run_view import CALLED, RunView
from vierbein.interfaces.trainer import Fit, Point, TrainingEvents
from vierbein_safeguards.linear_world import SHIFT

COLUMNS = 10
"""Columns of an event, standard normal without signal."""
SCHEMA = FeatureSchema(tuple(Feature(f"x{number}") for number in range(COLUMNS)))
_SPLITS = ("train", "validation", "test")

Direction = Float[NDArray[np.float64], " column"]


def direction(kept: float) -> Direction:
    """Point partly along the first column, which every network keeps, and partly along the last."""
    pointing = np.zeros(COLUMNS)
    pointing[[0, -1]] = np.sqrt([kept, 1 - kept])
    return pointing


class _Projecting(Backbone):
    def __init__(self, schema: FeatureSchema, matrix: NDArray[np.float64]) -> None:
        super().__init__()
        self.schema, self.width = schema, matrix.shape[1]
        self.matrix = nn.Parameter(torch.tensor(matrix, dtype=torch.float32))

    def forward(self, events: EventBatch) -> Representation:
        padded = events.padded
        seen = padded.features @ self.matrix
        return Representation(seen[:, 0], seen, padded.mask)

    def blocks(self) -> Sequence[nn.Module]:
        return [self]


class _Unmixed(nn.Module):
    """Predicts the first two columns, as far as a network keeps them."""

    def __init__(self, matrix: NDArray[np.float64]) -> None:
        super().__init__()
        self.matrix = nn.Parameter(torch.tensor(matrix, dtype=torch.float32))

    def forward(self, representation: Representation) -> Float[Tensor, "event output"]:
        return representation.pooled @ self.matrix


class _Scoring:
    def scores(self, prediction: Tensor) -> Tensor:
        return prediction


@RunView.register
@dataclass
class LinearView:
    """What a stress test and a rotation ask of a run; every event has one particle.

    Parameters
    ----------
    seed
        Others draw other events.
    lost
        Columns that networks do not see, by the arm or base that they are of.
    signals
        Directions in which a signal is shifted by `SHIFT` standard deviations, by name.
    scatter
        How far the columns that a network sees turn at random from one seed to the next.
    num_events
        Of each split.
    num_signal
        Events of each signal.
    seeds
        Of the trainings.
    bases
        That rotate.
    is_exact
        Whether samples of events have exactly the mean and covariance that they are drawn with, so
        that how many there are does not matter.
    """

    seed: int
    lost: Mapping[str, Sequence[int]] = field(default_factory=dict)
    signals: Mapping[str, Direction] = field(default_factory=lambda: {"first": direction(1.0)})
    scatter: float = 0.0
    num_events: int = 4000
    num_signal: int = 1000
    seeds: Sequence[int] = (0, 1, 2, 3, 4)
    bases: Sequence[str] = ("own", "second", "third")
    source: str = "here"
    is_exact: bool = False

    @property
    def task(self) -> "_Scoring":
        """Take predictions for scores."""
        return _Scoring()

    @property
    def targets(self) -> Sequence[str]:
        """The one target domain."""
        return ("there",)

    def events(self, domain: str, split: str) -> EventTable:
        """Draw the events of a split, the same whenever they are asked for."""
        place = 2 * _SPLITS.index(split) + (domain in self.targets)
        return self._drawn(np.zeros(COLUMNS), self.num_events, place, domain)

    def labelled(self, domain: str, seed: int) -> TrainingEvents:
        """Give the same events to every seed."""
        del seed
        return TrainingEvents(self.events(domain, "train"), self.events(domain, "validation"))

    def anomalies(self, domain: str) -> Mapping[str, EventTable]:
        """Draw the signals."""
        return {
            name: self._drawn(SHIFT * pointing, self.num_signal, 10 + number, domain)
            for number, (name, pointing) in enumerate(self.signals.items())
        }

    def observables(self, events: EventBatch) -> dict[str, NDArray[np.float64]]:
        """Give the columns."""
        columns = events.features.double().numpy()
        return {name: columns[:, number] for number, name in enumerate(SCHEMA.names)}

    def called(self, arm: str) -> str:
        """Say what an arm's network is called."""
        return CALLED.get(arm, arm)

    def trained(self, domain: str, arm: str, seed: int) -> Network:
        """Give a network that mixes the columns that its arm or base keeps."""
        del domain
        rng = np.random.default_rng([self.seed, seed, zlib.crc32(arm.encode())])
        kept = np.delete(np.eye(COLUMNS), list(self.lost.get(arm, ())), axis=1)
        turned, _ = np.linalg.qr(kept + self.scatter * rng.normal(size=kept.shape))
        matrix = turned @ rng.normal(size=(kept.shape[1], kept.shape[1]))
        projection = Projection(SCHEMA, SCHEMA, dict.fromkeys(SCHEMA.names, (0.0, 1.0)))
        head = _Unmixed(np.linalg.pinv(matrix.astype(np.float64))[:, :2].astype(np.float64))
        return Network(projection, _Projecting(SCHEMA, matrix), head).eval()

    def train_variant(
        self, domain: str, events: TrainingEvents, *, seed: int, base: str | None
    ) -> tuple[Network, Fit]:
        """Give the network of a base, or a twin."""
        del events
        network = self.trained(domain, base or "twin_equal_steps", seed)
        points = tuple(Point(step, 1e6 * step, 0.7, 0.7) for step in (0, 1))
        return network, Fit(network.state_dict(), 1, points, 1, 1e6, 0.0)

    def _drawn(self, shift: Direction, num: int, place: int, domain: str) -> EventTable:
        rng = np.random.default_rng([self.seed, place])
        drawn = rng.normal(size=(num, COLUMNS))
        if self.is_exact:
            drawn -= drawn.mean(axis=0)
            drawn = np.linalg.solve(np.linalg.cholesky(np.cov(drawn.T)), drawn.T).T
        columns = torch.tensor(drawn + shift, dtype=torch.float32)
        p4 = torch.tensor([5.0, 3.0, 0.0, 4.0]).repeat(num, 1)
        return EventTable.of(EventBatch(SCHEMA, p4, columns, torch.arange(num + 1), domain=domain))
