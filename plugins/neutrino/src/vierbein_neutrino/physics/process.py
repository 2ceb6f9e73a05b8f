"""Processes: weighted trials, and events drawn from them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vierbein_neutrino.physics.final_states import FinalStates

Array = NDArray[np.float64]

_PILOT: Final = 20_000
_PILOT_SEED: Final = 20_260
_SPARE: Final = 1.2
_AT_MOST: Final = 50_000


@dataclass(frozen=True)
class Trials:
    """Final states with weights.

    Parameters
    ----------
    weight
        Its mean is the cross-section of a nucleus in 1e-38 cm^2 where a process has one; zero where
        nothing happened.
    states
        One an event.
    """

    weight: Array
    states: FinalStates


class Process(ABC):
    """Something that can happen in the detector."""

    @abstractmethod
    def trials(self, rng: np.random.Generator, num: int) -> Trials:
        """Draw weighted final states."""

    @property
    def cross_section(self) -> float:
        """Averaged over the beam, of one nucleus, in 1e-38 cm^2; by a pilot of a fixed seed."""
        return self._pilot[0]

    def events(self, rng: np.random.Generator, num: int) -> FinalStates:
        """Draw final states of equal weight.

        A trial is kept with the chance of its weight over the largest of a pilot, with a fifth to
        spare; a still larger one counts as that.

        Parameters
        ----------
        rng
            Random numbers.
        num
            How many.

        Returns
        -------
        FinalStates
            One an event.
        """
        mean, largest = self._pilot
        parts, made = [], 0
        while made < num:
            wanted = int((num - made) * largest / mean * 1.1) + 100
            trials = self.trials(rng, min(wanted, _AT_MOST))
            kept = rng.random(len(trials.weight)) * largest < trials.weight
            parts.append(trials.states.take(np.flatnonzero(kept)[: num - made]))
            made += len(parts[-1])
        return FinalStates.concatenate(parts)

    @cached_property
    def _pilot(self) -> tuple[float, float]:
        """Give mean and largest weight, the latter with something to spare."""
        weight = self.trials(np.random.default_rng(_PILOT_SEED), _PILOT).weight
        return float(weight.mean()), _SPARE * float(weight.max())
