"""Results of arms, read back and measured on the test events."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import RESULT, SCORES, ArmJob
from vierbein.experiment.compare.interval import Measured, multiplicities
from vierbein.experiment.compare.slices import Slice, cut
from vierbein.experiment.observables import compute
from vierbein.interfaces.task import Scores


@dataclass(frozen=True)
class ArmResult:
    """One finished arm on one sample of events."""

    job: ArmJob
    result: dict[str, Any]
    scores: Scores

    @classmethod
    def read(cls, run: Path, job: ArmJob) -> "ArmResult":
        """Read what `perform` wrote."""
        folder = job.folder(run)
        result = json.loads((folder / RESULT).read_text())
        return cls(job, result, np.load(folder / SCORES, allow_pickle=False))

    @property
    def trial(self) -> dict[str, Any]:
        """The trial that its validation loss chose."""
        trial: dict[str, Any] = self.result["trials"][self.result["chosen"]]
        return trial


class TestEvents:
    """The test events of a domain: truth, event weights, slices, bootstrap.

    Parameters
    ----------
    assembly
        Of the run.
    domain
        The target domain.
    """

    __test__ = False  # no test class, whatever its name says

    def __init__(self, assembly: Assembly, domain: str) -> None:
        self.assembly = assembly
        self.settings = assembly.settings.compare
        self.table = assembly.targets[domain].events("test", self.settings.test_events)
        self.truth = self.table.truths()
        self.event_weight = self.table.weights

    @cached_property
    def replicas(self) -> NDArray[np.float64]:
        """Event weights of every bootstrap replica, one row each."""
        seed = self.assembly.settings.seed
        drawn = multiplicities(len(self.table), self.settings.replicas, seed)
        return drawn * self.event_weight

    @cached_property
    def slices(self) -> list[Slice]:
        """The slices that the settings ask for."""
        values = compute(self.assembly.observables, self.table)
        return cut(values, self.assembly.observables, self.settings.slices)

    def measure(self, arms: Iterable[ArmResult], within: Slice | None = None) -> Measured:
        """Measure the deciding metric of an arm's seeds, on all test events or in a slice."""
        inside = 1.0 if within is None else within.belongs.astype(np.float64)
        weights = np.vstack([self.event_weight, self.replicas]) * inside
        rows = [self.assembly.task.measure(arm.scores, self.truth, weights) for arm in arms]
        return Measured(np.array([row[0] for row in rows]), np.array([row[1:] for row in rows]))

    def merits(self, arms: Sequence[ArmResult]) -> dict[str, Measured]:
        """Measure each truth or class alone."""
        weights = np.vstack([self.event_weight, self.replicas])
        found: dict[str, list[NDArray[np.float64]]] = {}
        for arm in arms:
            for name, part in self.assembly.task.parts(arm.scores, self.truth).items():
                inside = weights * part.belongs
                with np.errstate(invalid="ignore"):  # a replica without such events: NaN
                    merit = inside @ part.merit / inside.sum(axis=1)
                found.setdefault(name, []).append(merit)
        return {
            name: Measured(np.array([r[0] for r in rows]), np.array([r[1:] for r in rows]))
            for name, rows in found.items()
        }
