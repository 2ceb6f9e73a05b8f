"""Compressors: a network -> a smaller network."""

from abc import ABC, abstractmethod

from vierbein.interfaces.network import Network
from vierbein.interfaces.task import Task
from vierbein.interfaces.trainer import Trainer, TrainingEvents


class Compressor(ABC):
    """Distils, prunes or quantises; compressors chain in any order."""

    @abstractmethod
    def compress(
        self, network: Network, task: Task, trainer: Trainer, events: TrainingEvents
    ) -> Network:
        """Make a smaller network that does the same task."""
