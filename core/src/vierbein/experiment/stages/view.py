"""What the run shows its safeguards; it implements the `RunView` protocol."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from vierbein.errors.runs import UnknownDomainError
from vierbein.events.batch import EventBatch
from vierbein.events.table import EventTable
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import sample, with_replay
from vierbein.experiment.compare.jobs import seeds
from vierbein.experiment.compare.recommended import recommended, trained
from vierbein.experiment.compressed import Compressed
from vierbein.experiment.domain import Domain
from vierbein.experiment.freezing import faults
from vierbein.interfaces.network import Network
from vierbein.interfaces.run_view import CALLED
from vierbein.interfaces.task import Task
from vierbein.interfaces.trainer import Budget, Fit, TrainingEvents
from vierbein.training.flops import count
from vierbein.training.trainer import FabricTrainer

OWN = "own"
"""The run's own base, among those that rotate."""


class View:
    """A run, as the safeguards of a moment see it; `reads` lists what was looked at.

    Parameters
    ----------
    assembly
        Of the run.
    recommendations
        The recommended arm of each domain, once the comparison has been made.
    """

    def __init__(self, assembly: Assembly, recommendations: dict[str, str]) -> None:
        self._assembly = assembly
        self._recommendations = recommendations
        self._networks: dict[str, Network] = {}
        self._recommended: dict[str, Network] = {}
        self._labelled: dict[tuple[str, int], TrainingEvents] = {}
        self._variants: dict[tuple[str, int, int, str | None], tuple[Network, Fit]] = {}
        self.seed = assembly.settings.seed
        self.source = assembly.source.name
        self.num_target_events = max(assembly.settings.compare.sizes, default=0)
        self.reads: list[str] = []

    @property
    def targets(self) -> Sequence[str]:
        """Names of the target domains."""
        return list(self._assembly.targets)

    @property
    def task(self) -> Task:
        """The run's task."""
        return self._assembly.task

    @property
    def seeds(self) -> Sequence[int]:
        """Seeds of the comparison's repetitions."""
        return seeds(self._assembly)

    @property
    def bases(self) -> Sequence[str]:
        """Names of the bases that rotate: the run's own, and then the others."""
        return [OWN, *self._assembly.rotation]

    def events(self, domain: str, split: str) -> EventTable:
        """Give the events of a domain's split."""
        self._note(f"{domain}/{split}")
        return self._domains[domain].events(split)

    def labelled(self, domain: str, seed: int) -> TrainingEvents:
        """Give the largest sample of labelled target events that a seed's arms learned from."""
        self._note(f"{domain}/labelled")
        if (domain, seed) not in self._labelled:
            share, size = self._assembly.settings.compare.validation, self.num_target_events
            self._labelled[domain, seed] = sample(self._domains[domain], size, seed, share)
        return self._labelled[domain, seed]

    def anomalies(self, domain: str) -> Mapping[str, EventTable]:
        """Give signals that nothing was trained on, by name."""
        self._note(f"{domain}/anomalies")
        bank = self._assembly.anomalies.get(domain, {})
        return {name: anomaly.table for name, anomaly in bank.items()}

    def high_fidelity(self, domain: str) -> EventTable | None:
        """Give labelled events of the small expensive simulation, if the run has one."""
        self._note(f"{domain}/high fidelity")
        found = self._assembly.high_fidelity.get(domain)
        return None if found is None else found.table

    def trained(self, domain: str, arm: str, seed: int) -> Network:
        """Give the network of an arm as it was compared, at the largest size."""
        return trained(self._assembly, domain, arm, seed)[0]

    def called(self, arm: str) -> str:
        """Say what an arm's network is called in a sentence."""
        return CALLED.get(arm, arm)

    def flops(self, network: Network, events: EventTable) -> float:
        """Count what it costs to predict the events."""
        return count(network, self.task, events).of_predictions(events.num_particles)

    def represent(self, events: EventBatch) -> Float[Tensor, "event width"]:
        """Give the pooled representation of the base."""
        if events.domain not in self._networks:
            network, _ = self._assembly.from_base(self._domains[events.domain], None, self.seed)
            self._networks[events.domain] = network.eval()
        with torch.inference_mode():
            return self._networks[events.domain].represent(events).pooled

    def predict(self, events: EventBatch) -> Float[Tensor, "event output"]:
        """Give the prediction of the arm that the run recommends."""
        name = events.domain
        if name not in self._recommendations:
            raise UnknownDomainError(name, tuple(self._recommendations))
        if name not in self._recommended:
            arm = self._recommendations[name]
            self._recommended[name], _ = recommended(self._assembly, name, arm)
        with torch.inference_mode():
            prediction: Tensor = self._recommended[name](events)
            return prediction

    def observables(self, events: EventBatch) -> dict[str, NDArray[np.float64]]:
        """Give the run's physics observables by name."""
        return {
            name: observable(events).double().numpy()
            for name, observable in self._assembly.observables.items()
        }

    def signal_region(self, domain: str) -> str:
        """Give the cut that seals a domain's events; empty where none are sealed."""
        seal = self._domains[domain].seal
        return "" if seal is None else seal.region.cut

    def in_signal_region(self, events: EventBatch) -> NDArray[np.bool_]:
        """Say which events lie where they should have been sealed."""
        seal = self._domains[events.domain].seal
        return np.zeros(len(events), bool) if seal is None else seal.region.inside(events)

    def seal_faults(self) -> Sequence[str]:
        """Say what is not as it was when it was sealed and frozen."""
        if not self._assembly.settings.seal.cuts:
            return []
        return faults(self._assembly.folder, self._assembly.configuration)

    def train_variant(
        self, domain: str, events: TrainingEvents, *, seed: int, base: str | None
    ) -> tuple[Network, Fit]:
        """Train again with the run's own protocol: the first tuner from a base, or a twin.

        What was trained on a labelled sample of the run is not trained again.
        """
        if not any(events is each for each in self._labelled.values()):
            return self._trained(domain, events, seed, base)
        key = (domain, id(events), seed, base)  # this view keeps them, so that the id stays theirs
        if key not in self._variants:
            self._variants[key] = self._trained(domain, events, seed, base)
        return self._variants[key]

    def _trained(
        self, domain: str, events: TrainingEvents, seed: int, base: str | None
    ) -> tuple[Network, Fit]:
        assembly, where = self._assembly, self._domains[domain]
        rate, course = assembly.settings.training.learning_rate, None
        if base is not None:
            assembly = assembly if base == OWN else assembly.rotation[base]
            tuner = next(iter(assembly.tuners.values()))
            network, _ = assembly.from_base(where, events.train, seed)
            tuner.apply(network)
            events = with_replay(assembly, events, tuner, network)
            rate, course = tuner.learning_rate, tuner.course(network)
        else:
            network = assembly.from_scratch(where, events.train, seed)
        trainer = FabricTrainer(assembly.settings.training, seed)
        budget = Budget(assembly.settings.compare.steps, rate)
        fit = trainer.fit(network, assembly.task, events, budget, course)
        return network.eval(), fit

    def _note(self, read: str) -> None:
        if read not in self.reads:
            self.reads.append(read)

    @cached_property
    def _domains(self) -> dict[str, Domain]:
        return {self.source: self._assembly.source, **self._assembly.targets}


class StudentView(View):
    """The same run, with a student in the fine-tuned network's place, its teacher in the twin's.

    Parameters
    ----------
    compressed
        The run's compressed networks.
    student
        Which student.
    """

    def __init__(self, compressed: Compressed, student: str) -> None:
        super().__init__(compressed.assembly, dict(compressed.recommendations))
        self._compressed, self._student = compressed, student

    @property
    def targets(self) -> Sequence[str]:
        """Name the one target domain whose networks were compressed."""
        return [self._compressed.domain]

    @property
    def seeds(self) -> Sequence[int]:
        """Seeds of the networks that were compressed."""
        return self._compressed.seeds

    def trained(self, domain: str, arm: str, seed: int) -> Network:
        """Give the student, or what it was made of."""
        del domain  # the one whose networks were compressed
        if arm == "fine_tuned":
            return self._compressed.network(self._student, seed)
        return self._compressed.teacher(seed)

    def called(self, arm: str) -> str:
        """Call them student and teacher."""
        return f"student {self._student}" if arm == "fine_tuned" else "teacher"

    def predict(self, events: EventBatch) -> Float[Tensor, "event output"]:
        """Give the student's prediction."""
        with torch.inference_mode():
            prediction: Tensor = self._first(events)
            return prediction

    @cached_property
    def _first(self) -> Network:
        return self._compressed.network(self._student, self.seeds[0])
