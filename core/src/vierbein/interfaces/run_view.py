"""What a safeguard may see of a run."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.table import EventTable
from vierbein.interfaces.network import Network
from vierbein.interfaces.task import Task
from vierbein.interfaces.trainer import Fit, TrainingEvents

CALLED: Final = {"fine_tuned": "fine-tuned", "twin_equal_steps": "twin"}
"""What networks of arms are called in sentences, where no student is questioned."""


@runtime_checkable
class RunView(Protocol):
    """A run, seen by a safeguard; every read is recorded in the report.

    Domains are named; the source domain is `source`, the target domains `targets`. Sealed events
    are in no split, and nothing here gives them.
    """

    seed: int
    source: str
    num_target_events: int
    """The largest number of target-domain events that an arm learned from."""

    @property
    def targets(self) -> Sequence[str]:
        """Names of the target domains."""
        ...

    @property
    def task(self) -> Task:
        """The run's task."""
        ...

    @property
    def seeds(self) -> Sequence[int]:
        """Seeds of the comparison's repetitions."""
        ...

    @property
    def bases(self) -> Sequence[str]:
        """Names of the bases that rotate: the run's own first, ``own``, and then the others."""
        ...

    def events(self, domain: str, split: str) -> EventTable:
        """Give the events of a domain's ``train``, ``validation`` or ``test`` split."""
        ...

    def labelled(self, domain: str, seed: int) -> TrainingEvents:
        """Give the largest sample of labelled target events that a seed's arms learned from."""
        ...

    def anomalies(self, domain: str) -> Mapping[str, EventTable]:
        """Give signals that nothing was trained on, by name; none where the run has no bank."""
        ...

    def high_fidelity(self, domain: str) -> EventTable | None:
        """Give labelled events of the small expensive simulation, if the run has one."""
        ...

    def trained(self, domain: str, arm: str, seed: int) -> Network:
        """Give the network of an arm as it was compared, at the largest size.

        Where a student is questioned, it stands for the fine-tuned network, and the network that
        it was made of for all others.
        """
        ...

    def called(self, arm: str) -> str:
        """Say what an arm's network is called in a sentence: twin, or teacher of a student."""
        ...

    def flops(self, network: Network, events: EventTable) -> float:
        """Count what it costs to predict the events."""
        ...

    def represent(self, events: EventBatch) -> Float[Tensor, "event width"]:
        """Give the pooled representation of the base, for events of any domain of the run."""
        ...

    def predict(self, events: EventBatch) -> Float[Tensor, "event output"]:
        """Give the prediction of the arm that the run recommends for the events' domain."""
        ...

    def observables(self, events: EventBatch) -> dict[str, NDArray[np.float64]]:
        """Give the run's physics observables by name."""
        ...

    def signal_region(self, domain: str) -> str:
        """Give the cut that seals a domain's events; empty where none are sealed."""
        ...

    def in_signal_region(self, events: EventBatch) -> NDArray[np.bool_]:
        """Say which events lie where they should have been sealed."""
        ...

    def seal_faults(self) -> Sequence[str]:
        """Say what is not as it was when it was sealed and frozen: files, seals, their log."""
        ...

    def train_variant(
        self, domain: str, events: TrainingEvents, *, seed: int, base: str | None
    ) -> tuple[Network, Fit]:
        """Train again, with the run's own protocol and budget.

        Parameters
        ----------
        domain
            A target domain.
        events
            To learn from.
        seed
            Of the training.
        base
            One of `bases`; none for a network from scratch.

        Returns
        -------
        Network
            In evaluation mode.
        Fit
            How it was trained.
        """
        ...
