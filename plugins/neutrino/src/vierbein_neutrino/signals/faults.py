"""Nothing new, but something wrong: events that the detector or the simulation has spoilt."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vierbein_neutrino.physics.final_states import FinalStates
from vierbein_neutrino.scenarios import Happened, Scenario

_VISIBLE: Final = (111, 211, 2212)
_LEAST: Final = 0.1


class ScaledHadrons(Scenario):
    """Momenta of hadrons come out wrong by a factor.

    Parameters
    ----------
    standard
        What is spoilt.
    factor
        Of the momenta.
    """

    def __init__(self, standard: Scenario, factor: float) -> None:
        self.standard, self.factor = standard, factor

    def events(self, rng: np.random.Generator, num: int) -> Happened:
        """Draw events whose truths are right."""
        true, _ = _with_a_hadron(self.standard, rng, num)
        factor = np.where(_is_hadron(true), self.factor, 1.0)
        return Happened(true, true.with_momenta(true.p4[:, :, 1:] * factor[:, :, None]))


class MissingHadron(Scenario):
    """The visible hadron of most kinetic energy is lost, as in a dead region.

    Parameters
    ----------
    standard
        What is spoilt.
    """

    def __init__(self, standard: Scenario) -> None:
        self.standard = standard

    def events(self, rng: np.random.Generator, num: int) -> Happened:
        """Draw events whose truths are right."""
        true, hardest = _with_a_hadron(self.standard, rng, num)
        p4, pdg = true.p4.copy(), true.pdg.copy()
        p4[np.arange(num), hardest] = 0.0
        pdg[np.arange(num), hardest] = 0
        return Happened(true, replace(true, p4=p4, pdg=pdg))


class UnrelatedHadrons(Scenario):
    """The muon is another event's: each part looks right, their correlation does not.

    Parameters
    ----------
    standard
        What is spoilt.
    """

    def __init__(self, standard: Scenario) -> None:
        self.standard = standard

    def events(self, rng: np.random.Generator, num: int) -> Happened:
        """Draw events, and move every muon to the next one."""
        true, _ = _with_a_hadron(self.standard, rng, num)
        p4 = true.p4.copy()
        p4[:, 0] = np.roll(p4[:, 0], 1, axis=0)
        mixed = replace(true, p4=p4)
        return Happened(mixed, mixed)


def _is_hadron(states: FinalStates) -> NDArray[np.bool_]:
    return np.isin(np.abs(states.pdg), (*_VISIBLE, 2112))


def _with_a_hadron(
    standard: Scenario, rng: np.random.Generator, num: int
) -> tuple[FinalStates, NDArray[np.int64]]:
    """Draw events with a visible hadron of at least 0.1 GeV, and say which is the hardest."""
    parts, made = [], 0
    while made < num:
        states = standard.events(rng, num).true
        parts.append(states.take(np.flatnonzero(_kinetic(states).max(1) >= _LEAST)))
        made += len(parts[-1])
    states = FinalStates.concatenate(parts).take(np.arange(num))
    return states, _kinetic(states).argmax(1)


def _kinetic(states: FinalStates) -> NDArray[np.float64]:
    """Give the kinetic energy of visible hadrons by slot, in GeV; 0 for others."""
    is_visible = np.isin(np.abs(states.pdg), _VISIBLE)
    return np.where(is_visible, states.p4[:, :, 0] - states.masses, 0.0)
