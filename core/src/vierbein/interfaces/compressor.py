"""Compressors: a network -> a smaller network."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor

from vierbein.interfaces.network import Network
from vierbein.interfaces.task import Task
from vierbein.interfaces.trainer import Trainer, TrainingEvents


@dataclass(frozen=True)
class Materials:
    """What a compressor works with.

    Parameters
    ----------
    task
        The run's.
    trainer
        Fits a network to events.
    events
        Labelled events of the target domain, to learn from and to choose checkpoints by.
    fresh
        Makes an untrained network: the run's student with a head for the task. It starts alike
        whenever it is called.
    """

    task: Task
    trainer: Trainer
    events: TrainingEvents
    fresh: Callable[[], Network]


class Compressor(ABC):
    """Distils, prunes or quantises; compressors chain in any order.

    A compressed network is stored as its parameters alone: `restored` makes the rest again.
    """

    @abstractmethod
    def compress(self, network: Network, materials: Materials) -> Network:
        """Make a smaller network that does the same task; what is given is left as it was."""

    @abstractmethod
    def restored(
        self, network: Network, materials: Materials, parameters: Mapping[str, Tensor]
    ) -> Network:
        """Build what `compress` made of a network again, from the parameters of what it made.

        Nothing is trained; the events are not read.
        """
