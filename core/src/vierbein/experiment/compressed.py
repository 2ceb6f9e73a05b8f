"""Compressed networks: made, stored, and built again."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

from vierbein.errors.runs import StageMissingError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import SCORES, sample
from vierbein.experiment.compare.jobs import seeds
from vierbein.experiment.compare.recommended import trained
from vierbein.experiment.progress import Advance
from vierbein.interfaces.compressor import Materials
from vierbein.interfaces.network import Network
from vierbein.interfaces.task import Scores
from vierbein.storage.atomic import new_folder
from vierbein.storage.parameters import read_parameters, write_parameters
from vierbein.training.evaluate import scores
from vierbein.training.trainer import FabricTrainer

ITSELF = "network"
"""Stands for a student's name where a run has none: the recommended network itself is pruned."""


@dataclass(frozen=True)
class Compressed:
    """What the compressors of a run make of its recommended networks.

    The first target domain's networks are compressed, one a seed, in a chain for each student.

    Parameters
    ----------
    assembly
        Of the run.
    recommendations
        The recommended arm of each domain.
    """

    assembly: Assembly
    recommendations: Mapping[str, str]

    @property
    def domain(self) -> str:
        """The first target domain."""
        return next(iter(self.assembly.targets))

    @property
    def students(self) -> list[str]:
        """Names of the students."""
        return list(self.assembly.configuration.get("students") or {}) or [ITSELF]

    @property
    def seeds(self) -> list[int]:
        """Seeds of the networks that are compressed; the first one's is deployed."""
        return seeds(self.assembly)[: self.assembly.settings.compress.seeds]

    @property
    def steps(self) -> list[str]:
        """Names of the compressors, in the order in which they work."""
        return list(self.assembly.compressors)

    def teacher(self, seed: int) -> Network:
        """Give what is compressed."""
        arm = self.recommendations[self.domain]
        return trained(self.assembly, self.domain, arm, seed)[0]

    def make(self, student: str, seed: int, advance: Advance) -> None:
        """Compress, step by step; a step that is stored is not made again."""
        network, materials = self.teacher(seed), self.materials(student, seed)
        for name in self.steps:
            advance(0, f"{student}, {name}")
            folder = self.folder(student, seed, name)
            if not folder.exists():
                self._make(network, name, materials, seed, folder)
            network = self._restored(network, name, materials, folder)
            advance()

    def network(self, student: str, seed: int, steps: int | None = None) -> Network:
        """Build a compressed network again.

        Parameters
        ----------
        student
            Its name.
        seed
            Of the network that was compressed.
        steps
            How many compressors have worked; all if None.

        Returns
        -------
        Network
            In evaluation mode.

        Raises
        ------
        StageMissingError
            If it was not made.
        HashMismatchError
            If its parameters were changed.
        """
        network, materials = self.teacher(seed), self.materials(student, seed)
        for name in self.steps[:steps]:
            folder = self.folder(student, seed, name)
            if not folder.exists():
                raise StageMissingError("deploy", "compress")
            network = self._restored(network, name, materials, folder)
        return network.eval()

    def scores(self, student: str, seed: int, step: str) -> Scores:
        """Give the scores of the test events after a step."""
        path = self.folder(student, seed, step) / SCORES
        found: Scores = np.load(path, allow_pickle=False)
        return found

    def materials(self, student: str, seed: int) -> Materials:
        """Give what compressors work with."""
        assembly, where = self.assembly, self.assembly.targets[self.domain]
        settings = assembly.settings.compare
        events = sample(where, settings.sizes[-1], seed, settings.validation)
        fresh = partial(assembly.student, student, where, events.train, seed)
        if student == ITSELF:
            fresh = partial(assembly.from_scratch, where, events.train, seed)
        trainer = FabricTrainer(assembly.settings.training, seed)
        return Materials(assembly.task, trainer, events, fresh)

    def folder(self, student: str, seed: int, step: str) -> Path:
        """Say where a step's result is kept."""
        place = f"{1 + self.steps.index(step)}-{step}"
        return self.assembly.folder / "compress" / student / f"seed{seed}" / place

    def _make(
        self, network: Network, name: str, materials: Materials, seed: int, folder: Path
    ) -> None:
        assembly = self.assembly
        torch.set_num_threads(assembly.settings.training.threads)
        torch.manual_seed(seed)
        made = assembly.compressors[name].compress(network, materials).eval()
        where = assembly.targets[self.domain]
        test = where.events("test", assembly.settings.compare.test_events)
        with new_folder(folder) as temporary:
            write_parameters(temporary, made.state_dict(), {"compressor": name, "seed": seed})
            np.save(temporary / SCORES, scores(made, assembly.task, test), allow_pickle=False)

    def _restored(self, network: Network, name: str, materials: Materials, folder: Path) -> Network:
        parameters, _ = read_parameters(folder)
        made = self.assembly.compressors[name].restored(network, materials, parameters)
        return made.eval()
