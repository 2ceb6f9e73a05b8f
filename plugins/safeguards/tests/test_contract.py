"""The safeguards keep the contract of safeguards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import segment_sum
from vierbein.events.table import EventTable
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.trainer import Fit, TrainingEvents
from vierbein.testing.made_view import MadeView
from vierbein.testing.safeguard import SafeguardContract
from vierbein.testing.small_network import SCHEMA, SmallHead
from vierbein_safeguards.linear_view import COLUMNS, LinearView, direction


class TestOod(SafeguardContract):
    component = "ood"


@RunView.register
@dataclass
class SealedView(MadeView):
    """A run whose hard events are sealed; where a failure is planted, one of them is open."""

    def signal_region(self, domain: str) -> str:
        return "momentum > 1000"

    def in_signal_region(self, events: EventBatch) -> NDArray[np.bool_]:
        return (np.arange(len(events)) == 0) & self.is_planted

    def seal_faults(self) -> Sequence[str]:
        return ()


class TestBlinding(SafeguardContract):
    component = "blinding"

    def null_view(self, seed: int) -> RunView:
        return SealedView(seed)

    def planted_view(self, seed: int) -> RunView:
        return SealedView(seed, is_planted=True)


def mean_log_pt(events: EventBatch) -> Tensor:
    return segment_sum(events.feature("log_pt"), events.offsets) / events.num_particles.clamp(min=1)


@RunView.register
@dataclass
class AnswerView(MadeView):
    """A run whose network knows the probability of each kind, and whose test events are like all.

    Where a failure is planted, the network calls too many of some events kind 1.
    """

    num_events: int = 300

    def predict(self, events: EventBatch) -> Tensor:
        logit = 4 * mean_log_pt(events)
        if self.is_planted and events.domain in self.targets:
            ids = torch.from_numpy(self.misjudged(events.domain).ids)
            logit = logit + 3 * torch.isin(events.event_id, ids)
        return torch.stack([-logit / 2, logit / 2], dim=1)

    def misjudged(self, domain: str) -> EventTable:
        """Events that the network is wrong about, where a failure is planted."""
        return self.events(domain, "test")

    def _made(self, domain: str, split: str) -> Any:
        return MadeView._made(self._clean, domain, split)

    @property
    def _clean(self) -> "AnswerView":
        return AnswerView(self.seed, num_events=self.num_events)

    def _truth(self, events: EventBatch, seed: int, domain: str) -> dict[str, Tensor]:
        probability = self.predict(events).softmax(dim=1)[:, 1]
        rng = torch.Generator().manual_seed(seed)
        return {"kind": (torch.rand(len(events), generator=rng) < probability).long()}


class TestCrossCheck(SafeguardContract):
    component = "cross_check"
    settings = {"replicas": 250, "fail_below": 0.005}

    def null_view(self, seed: int) -> RunView:
        return AnswerView(seed)

    def planted_view(self, seed: int) -> RunView:
        return AnswerView(seed, is_planted=True)


@RunView.register
@dataclass
class BetterView(AnswerView):
    """A run whose network is wrong about the better simulation, where a failure is planted."""

    def misjudged(self, domain: str) -> EventTable:
        better = self.high_fidelity(domain)
        assert better is not None
        return better


class TestHighFidelity(SafeguardContract):
    component = "high_fidelity"
    settings = {"replicas": 250, "fail_below": 0.005}

    def null_view(self, seed: int) -> RunView:
        return BetterView(seed)

    def planted_view(self, seed: int) -> RunView:
        return BetterView(seed, is_planted=True)


class Mean(Backbone):
    """Mean logarithm of the transverse momenta, to be read as a logit, a little off."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.schema, self.width, self.factor = SCHEMA, 1, factor

    def forward(self, events: EventBatch) -> Representation:
        pooled = self.factor * mean_log_pt(events)[:, None]
        padded = events.padded
        return Representation(pooled, padded.features[..., :1], padded.mask)

    def blocks(self) -> Sequence[torch.nn.Module]:
        return []


@RunView.register
@dataclass
class LearnedView(AnswerView):
    """A run whose further trainings learn the task, each base a little differently."""

    def train_variant(
        self, domain: str, events: TrainingEvents, *, seed: int, base: str | None
    ) -> tuple[Network, Fit]:
        _, fit = super().train_variant(domain, events, seed=seed, base=base)
        factor = 4.0 + 0.1 * seed + list(self.bases).index(base or "own")
        head = SmallHead(1)
        with torch.no_grad():
            head.weight.copy_(torch.tensor([[-0.5], [0.5]]))
            head.bias.zero_()
        projection = Projection(SCHEMA, SCHEMA, dict.fromkeys(SCHEMA.names, (0.0, 1.0)))
        return Network(projection, Mean(factor), head).eval(), fit


class TestUncertainty(SafeguardContract):
    component = "uncertainty"

    def null_view(self, seed: int) -> RunView:
        return LearnedView(seed)

    def planted_view(self, seed: int) -> RunView:
        return LearnedView(seed, is_planted=True)


@RunView.register
@dataclass
class TriageView(MadeView):
    """A fast network that is nearly the slow one; where a failure is planted, it is another."""

    num_events: int = 1000

    def trained(self, domain: str, arm: str, seed: int) -> Network:
        slow = super().trained(domain, "fine_tuned", seed)
        if arm == "fine_tuned":
            return slow
        if self.is_planted:
            return super().trained(domain, arm, seed)
        rng = torch.Generator().manual_seed(self.seed)
        with torch.no_grad():
            for parameter in slow.parameters():
                parameter.add_(0.01 * torch.randn(parameter.shape, generator=rng))
        return slow


class TestTriage(SafeguardContract):
    component = "triage"

    def null_view(self, seed: int) -> RunView:
        return TriageView(seed)

    def planted_view(self, seed: int) -> RunView:
        return TriageView(seed, is_planted=True)


class TestFeatures(SafeguardContract):
    component = "features"


LOST = range(6, COLUMNS)


class TestStressTest(SafeguardContract):
    """Networks that turn from seed to seed lose as much in either arm, or in one alone."""

    component = "stress_test"
    settings: ClassVar = {
        "sample_size": 200,
        "num_toys": 1000,
        "num_injections": 20,
        "max_seeds": 3,
    }
    num_null = 10
    num_planted = 4

    def null_view(self, seed: int) -> RunView:
        return _view(seed, {"fine_tuned": LOST, "twin_equal_steps": LOST}, scatter=0.2)

    def planted_view(self, seed: int) -> RunView:
        return _view(seed, {"fine_tuned": LOST}, scatter=0.02)


class TestRotation(SafeguardContract):
    """What the run's own base has lost, the other has; and both have what the twin has."""

    component = "rotation"
    settings: ClassVar = {"sample_size": 200, "num_toys": 1000, "num_injections": 20}
    num_null = 10
    num_planted = 4

    def null_view(self, seed: int) -> RunView:
        return replace(_view(seed, {}, scatter=0.0), seeds=(0, 1, 2, 3), bases=("own", "second"))

    def planted_view(self, seed: int) -> RunView:
        view = _view(seed, {"own": LOST}, scatter=0.0)
        return replace(view, seeds=(0, 1, 2, 3), bases=("own", "second"))


def _view(seed: int, lost: Mapping[str, Sequence[int]], scatter: float) -> LinearView:
    signals = {f"{kept:g} kept": direction(kept) for kept in (0.02, 0.5, 1.0)}
    return LinearView(seed, lost, signals, scatter, num_events=400, num_signal=400)
