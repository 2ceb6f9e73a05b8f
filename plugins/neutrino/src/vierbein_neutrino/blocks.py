"""Blocks of records: what one holds depends on its seed, beam, signal and number alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from vierbein.events.jagged import Jagged, entries_of
from vierbein.events.records import Column, Records
from vierbein_neutrino.errors import BeamEnergyError, SeedRangeError
from vierbein_neutrino.event_columns import BLOCK, MAX_SEED, event_ids
from vierbein_neutrino.physics.beam import Monoenergetic, Numi
from vierbein_neutrino.physics.interactions import Exposure
from vierbein_neutrino.physics.nucleus import NUCLEI
from vierbein_neutrino.scenarios import Scenario
from vierbein_neutrino.tracker import seen, truths

VERSION: Final = 1
"""Of the physics: to be raised with any change that changes events."""

_LEAST, _MOST = 0.2, 20.0


@dataclass(frozen=True)
class Setup:
    """Beam and nucleus, by name.

    Parameters
    ----------
    nucleus
        One of `NUCLEI`.
    anti
        Whether they are antineutrinos.
    energy
        Of the beam in GeV; None for the NuMI flux.

    Raises
    ------
    BeamEnergyError
        If nothing, or too much, would happen at it.
    """

    nucleus: str
    anti: bool
    energy: float | None = None

    def __post_init__(self) -> None:
        if self.energy is not None and not _LEAST <= self.energy <= _MOST:
            raise BeamEnergyError(self.energy, _LEAST, _MOST)

    @property
    def code(self) -> int:
        """Its number; the energy is not in it."""
        return 2 * list(NUCLEI).index(self.nucleus) + self.anti

    @property
    def name(self) -> str:
        """Its name in messages, as a file's would be."""
        return f"{'antineutrinos' if self.anti else 'neutrinos'} on {self.nucleus}"

    @property
    def exposure(self) -> Exposure:
        """The beam and the nucleus themselves."""
        beam = Numi() if self.energy is None else Monoenergetic(self.energy)
        return Exposure(NUCLEI[self.nucleus], beam, self.anti)


def generate(
    scenario: Scenario, setup: Setup, num_events: int, seed: int, signal: int = 0
) -> Iterator[Records]:
    """Yield blocks of records; the first events are the same whatever `num_events` is.

    Parameters
    ----------
    scenario
        What the events are drawn from.
    setup
        Beam and nucleus, for ids and random numbers.
    num_events
        Number of events in all.
    seed
        Together with the setup, the signal and the block it fixes every number.
    signal
        The signal's number; 0 for none.

    Yields
    ------
    Records
        At most `BLOCK` events.

    Raises
    ------
    SeedRangeError
        If the seed does not fit into an event id.
    """
    if not 0 <= seed <= MAX_SEED:
        raise SeedRangeError(seed, MAX_SEED)
    for block, first in enumerate(range(0, num_events, BLOCK)):
        num = min(BLOCK, num_events - first)
        key = (seed, setup.code, signal, block)
        # Events that are not wanted are made too, or random numbers would go to others.
        rng = np.random.default_rng(np.random.SeedSequence(key))
        happened = scenario.events(rng, BLOCK)
        columns = {
            "event_id": event_ids(*key, num),
            "signal": np.full(num, signal, np.int8),
            **{name: _first(c, num) for name, c in truths(happened.true).items()},
            **{name: _first(c, num) for name, c in seen(happened.shown, rng).items()},
        }
        yield Records(columns, setup.name, np.arange(first, first + num))


def _first(column: Column, num: int) -> Column:
    if not isinstance(column, Jagged):
        return column[:num]
    entries, offsets = entries_of(column.offsets, np.arange(num))
    return Jagged(column.values[entries], offsets)
