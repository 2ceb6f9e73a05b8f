"""Observables, tasks and datasets: good ones, and what can be wrong with them."""

import time

import numpy as np
from torch import nn

from vierbein.errors.records import MissingColumnError
from vierbein.events.batch import EventBatch
from vierbein.events.jagged import Jagged, segment_sum
from vierbein.events.records import Records
from vierbein.interfaces.dataset import Dataset
from vierbein.interfaces.observable import Observable
from vierbein.testing.made_task import MadeTask


class TotalEnergy(Observable):
    """Sum of the energies."""

    title, unit, citation = "total energy", "GeV", "any textbook"

    def __call__(self, events: EventBatch):
        return segment_sum(events.p4[:, 0], events.offsets)


class MeanEnergy(TotalEnergy):
    """Is no number for an event without particles."""

    def __call__(self, events: EventBatch):
        return super().__call__(events) / events.num_particles


class FirstEnergy(TotalEnergy):
    """Takes the first particle for the hardest."""

    def __call__(self, events: EventBatch):
        return events.padded.p4[:, 0, 0]


class RelativeEnergy(TotalEnergy):
    """Divides by the batch's largest."""

    def __call__(self, events: EventBatch):
        return super().__call__(events) / super().__call__(events).max().clamp(min=1e-3)


class Uncited(TotalEnergy):
    """Does not say where it is defined."""

    citation = ""


class Kinds(MadeTask):
    """Tells two kinds of events apart."""


class Broadcasts(Kinds):
    """Compares whatever it is given."""

    def loss(self, prediction, events):
        logits = prediction.reshape(len(events), -1)[:, :2]
        return nn.functional.cross_entropy(logits, events.truth_of("kind"), reduction="none")


class SilentTrap(Kinds):
    """Subtracts (N,) from (N, 1), and averages the N x N differences."""

    def loss(self, prediction, events):
        super().loss(prediction, events)  # which refuses other shapes
        return ((prediction[:, :1] - events.truth_of("kind")) ** 2).mean(1)


class BatchLoss(Kinds):
    """Normalises the loss by the batch."""

    def loss(self, prediction, events):
        return super().loss(prediction, events) / len(events)


class Inverted(Kinds):
    """Scores the wrong kind."""

    def scores(self, prediction):
        return prediction.softmax(dim=1)[:, :1]


class Unweighted(Kinds):
    """Counts every event as one."""

    def measure(self, scores, truth, event_weight):
        return super().measure(scores, truth, np.ones_like(event_weight))


class Drawn(Dataset):
    """Random records, the same for the same seed.

    Parameters
    ----------
    seed
        Of everything.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def provenance(self):
        return {"drawn": 1, "seed": self.seed}

    def rng(self):
        return np.random.default_rng(self.seed)

    def run(self, columns):
        rng = self.rng()
        offsets = np.array([0, 2, 3, 3, 6])
        every = {"pt": Jagged(rng.random(6), offsets), "kind": rng.integers(0, 2, 4)}
        return {name: every[name] for name in columns}

    def read(self, columns):
        for name in columns:
            if name not in {"pt", "kind"}:
                raise MissingColumnError("drawn records", name, ("pt", "kind"))  # noqa: TRY003
        yield Records(self.run(columns), "drawn records")


class Unseeded(Drawn):
    """Draws what no seed fixes."""

    def rng(self):
        return np.random.default_rng()


class Timed(Drawn):
    """Tells the time in its provenance."""

    def provenance(self):
        return {**super().provenance(), "time": time.perf_counter_ns()}


class SameProvenance(Drawn):
    """Forgets its seed."""

    def provenance(self):
        return {"drawn": 1}


class DrawsOnDemand(Drawn):
    """Draws what is asked for, in that order."""

    def run(self, columns):
        rng = self.rng()
        offsets = np.array([0, 2, 3, 3, 6])
        return {
            name: Jagged(rng.random(6), offsets) if name == "pt" else rng.integers(0, 2, 4)
            for name in columns
        }


class KeyErrors(Drawn):
    """Fails without words on a missing column."""

    def read(self, columns):
        yield Records(self.run(columns), "drawn records")


class AllAtOnce(Drawn):
    """Holds everything in memory."""

    def read(self, columns):
        return list(super().read(columns))
