"""Which events a step sees, and its random numbers: functions of seed, epoch and step alone.

So a training that was stopped anywhere goes on bit for bit, and all arms of a comparison see their
events in the same order.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from vierbein.events.buckets import CHUNK, batches
from vierbein.events.split import uniform


@dataclass
class Order:
    """The batches of a training, step by step.

    Parameters
    ----------
    num_particles
        Of each training event.
    batch_size
        Events a step.
    seed
        Of the order.
    """

    num_particles: NDArray[np.int64]
    batch_size: int
    seed: int

    def __post_init__(self) -> None:
        size = max(1, min(self.batch_size, len(self.num_particles)))
        self._size = size
        self.steps_per_epoch = max(1, len(self.num_particles) // size)
        self._epoch = -1
        self._batches: list[NDArray[np.int64]] = []

    def batch(self, step: int) -> NDArray[np.int64]:
        """Give the positions of a step's events."""
        epoch, index = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            rng = np.random.default_rng([self.seed, epoch])
            # A last, smaller batch would give its few events more say than the others have. Which
            # events sit an epoch out is drawn before sorting, or it would be the longest each time.
            kept = rng.permutation(len(self.num_particles))[: self.steps_per_epoch * self._size]
            # Sorted in at least four chunks: in one, a small sample would have the same batches in
            # each epoch, of events of like length and so of like kind.
            chunk = min(CHUNK, max(1, self.steps_per_epoch // 4))
            made = batches(self.num_particles[kept], self._size, rng, chunk=chunk)
            self._batches = [kept[batch] for batch in made]
            self._epoch = epoch
        return self._batches[index]


def seed_step(seed: int, step: int) -> None:
    """Set torch's random numbers (dropout, noise) for one step."""
    number = int(uniform(np.array([step]), salt=seed)[0] * 2**53)
    # torch.manual_seed would note a stack trace at each call, for a CUDA that is not there.
    torch.default_generator.manual_seed(number)
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.manual_seed_all(number)
