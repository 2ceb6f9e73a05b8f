"""A run whose answer is known, as a safeguard sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import segment_sum
from vierbein.events.table import EventTable
from vierbein.interfaces.network import Network
from vierbein.interfaces.run_view import CALLED
from vierbein.interfaces.task import Task
from vierbein.interfaces.trainer import Fit, Point, TrainingEvents
from vierbein.testing.made_events import changed, made_events
from vierbein.testing.made_task import MadeTask, kinds
from vierbein.testing.small_network import NUM_OUTPUTS, SCHEMA, WIDTH, small_network

_SPLITS = ("train", "validation", "test", "anomalies", "high fidelity")
_MOST_PARTICLES = 8
_SHIFT, _SCALE = 4.0, 8.0
_ARMS = ("zero_shot", "fine_tuned", "twin_equal_steps", "smaller_twin")


@dataclass
class MadeView:
    """One source and one target domain, of one distribution unless a failure is planted.

    Implements `RunView`. A failure makes the target domain's features four standard deviations
    larger and its momenta eight times as hard, and its truth has nothing to do with its events.
    Its arms' networks have random parameters of their own, and `train_variant` answers as a
    training that learned nothing would. Its bank holds one signal: events with larger features.

    Parameters
    ----------
    seed
        Others draw other events.
    is_planted
        Whether the target domain is another world.
    num_events
        Of each split of each domain.
    reads
        What has been looked at.
    tables
        Events that were asked for.
    """

    seed: int
    is_planted: bool = False
    num_events: int = 160
    reads: list[tuple[str, str]] = field(default_factory=list)
    tables: dict[tuple[str, str], EventTable] = field(default_factory=dict)
    source: str = "here"
    num_target_events: int = 160
    seeds: Sequence[int] = (0, 1, 2)
    bases: Sequence[str] = ("own", "second", "third")

    @property
    def targets(self) -> Sequence[str]:
        """The one target domain."""
        return ("there",)

    @cached_property
    def task(self) -> Task:
        """Tell two kinds of events apart."""
        return MadeTask()

    def events(self, domain: str, split: str) -> EventTable:
        """Give the events of a split, the same whenever they are asked for."""
        self.reads.append((domain, split))
        if (domain, split) not in self.tables:
            self.tables[domain, split] = self._made(domain, split)
        return self.tables[domain, split]

    def labelled(self, domain: str, seed: int) -> TrainingEvents:
        """Give the same events to learn from to every seed."""
        del seed
        return TrainingEvents(self.events(domain, "train"), self.events(domain, "validation"))

    def anomalies(self, domain: str) -> Mapping[str, EventTable]:
        """Give one signal: events whose features are larger."""
        events = self._made(domain, "anomalies")
        everything = events.take(np.arange(len(events)))
        shifted = changed(everything, features=everything.features + _SHIFT)
        return {"larger": EventTable.of(shifted)}

    def high_fidelity(self, domain: str) -> EventTable | None:
        """Give a few labelled events of the target domain."""
        return self._made(domain, "high fidelity")

    def trained(self, domain: str, arm: str, seed: int) -> Network:
        """Give a network with the parameters of a seed; every domain has the same."""
        del domain
        return small_network(seed=len(_ARMS) * seed + _ARMS.index(arm))

    def called(self, arm: str) -> str:
        """Say what an arm's network is called."""
        return CALLED.get(arm, arm)

    def flops(self, network: Network, events: EventTable) -> float:
        """Count a multiplication a parameter and particle."""
        num = sum(parameter.numel() for parameter in network.parameters())
        return float(num * events.num_particles.sum())

    def represent(self, events: EventBatch) -> Float[Tensor, "event width"]:
        """Mix what there is of an event into a vector that forgets its charge."""
        seen = self._summary(events)
        rng = torch.Generator().manual_seed(17)
        mixing = torch.randn(seen.shape[1], WIDTH, generator=rng)
        return seen @ mixing

    def predict(self, events: EventBatch) -> Float[Tensor, "event output"]:
        """Give logits that rise with the vector's first number."""
        return self.represent(events)[:, :NUM_OUTPUTS]

    def observables(self, events: EventBatch) -> dict[str, NDArray[np.float64]]:
        """Give three observables."""
        momentum, num, log_pt = self._summary(events).double().numpy().T
        return {"momentum": momentum, "multiplicity": num, "mean_log_pt": log_pt}

    def signal_region(self, domain: str) -> str:  # noqa: ARG002 - the protocol names it
        """Seal nothing."""
        return ""

    def in_signal_region(self, events: EventBatch) -> NDArray[np.bool_]:
        """Seal nothing."""
        return np.zeros(len(events), bool)

    def seal_faults(self) -> Sequence[str]:
        """Find nothing to be changed."""
        return ()

    def train_variant(
        self,
        domain: str,  # noqa: ARG002 - the protocol names it
        events: TrainingEvents,  # noqa: ARG002
        *,
        seed: int,
        base: str | None,
    ) -> tuple[Network, Fit]:
        """Answer as a training that learned nothing would."""
        start = 0 if base is None else 1 + list(self.bases).index(base)
        network = small_network(seed=(1 + len(self.bases)) * seed + start)
        points = tuple(Point(step, 1e6 * step, 0.7, 0.7) for step in (0, 1))
        return network, Fit(network.state_dict(), 1, points, 1, 1e6, 0.0)

    def _summary(self, events: EventBatch) -> Tensor:
        num = events.num_particles.clamp(min=1)
        momentum = segment_sum(events.p4[:, 1:].norm(dim=1), events.offsets)
        log_pt = segment_sum(events.feature("log_pt"), events.offsets) / num
        return torch.stack([momentum.log1p(), events.num_particles / 4, log_pt], dim=1).float()

    def _made(self, domain: str, split: str) -> EventTable:
        number = 2 * _SPLITS.index(split) + (domain in self.targets)
        rng = np.random.default_rng([self.seed, number])
        lengths = rng.integers(1, _MOST_PARTICLES + 1, self.num_events)
        seed = int(rng.integers(1 << 31))
        events = made_events(SCHEMA, lengths.tolist(), seed=seed, domain=domain)
        events.truth = self._truth(events, seed, domain)
        if self.is_planted and domain in self.targets:
            p4, features = events.p4 * _SCALE, events.features + _SHIFT
            events = changed(events, p4=p4, features=features)
        return EventTable.of(events)

    def _truth(self, events: EventBatch, seed: int, domain: str) -> dict[str, Tensor]:
        if self.is_planted and domain in self.targets:
            return kinds(len(events), seed)
        return {"kind": (self.predict(events).diff(dim=1)[:, 0] > 0).long()}
