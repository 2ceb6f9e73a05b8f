"""What events are drawn from: the interactions that are expected, or something else."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vierbein_neutrino.physics.final_states import FinalStates
from vierbein_neutrino.physics.process import Process


class Happened(NamedTuple):
    """Events.

    Parameters
    ----------
    true
        What left the nucleus; truths are taken from it.
    shown
        What the tracker is shown, the same unless something is wrong with it.
    """

    true: FinalStates
    shown: FinalStates


class Scenario(ABC):
    """Draws events."""

    @abstractmethod
    def events(self, rng: np.random.Generator, num: int) -> Happened:
        """Draw `num` of them."""


class Mixture(Scenario):
    """Processes, each as often as its cross-section over the beam says.

    Parameters
    ----------
    processes
        At least one.
    """

    def __init__(self, processes: Sequence[Process]) -> None:
        self.processes = processes

    def events(self, rng: np.random.Generator, num: int) -> Happened:
        """Draw which process each event is of, and then the events."""
        sizes = np.array([process.cross_section for process in self.processes])
        which = rng.choice(len(sizes), num, p=sizes / sizes.sum())
        counts = np.bincount(which, minlength=len(sizes))
        pairs = zip(self.processes, counts, strict=True)
        parts = [process.events(rng, int(count)) for process, count in pairs if count]
        place = np.empty(num, np.int64)
        place[np.argsort(which, kind="stable")] = np.arange(num)
        states = FinalStates.concatenate(parts).take(place)
        return Happened(states, states)
