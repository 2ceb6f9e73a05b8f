"""Neutrino events from the generator."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np

from vierbein.errors.records import EmptyFileError, MissingColumnError
from vierbein.events.records import Records
from vierbein.interfaces.dataset import Dataset
from vierbein_neutrino.blocks import VERSION, Setup, generate
from vierbein_neutrino.event_columns import COLUMNS
from vierbein_neutrino.physics.interactions import standard
from vierbein_neutrino.scenarios import Mixture


class NeutrinoEvents(Dataset):
    """Charged-current scattering of muon neutrinos, quasielastic and by the Delta(1232).

    Nuclei are local Fermi gases; an idealised tracker sees what leaves them. There are no
    final-state interactions, no pairs of nucleons, no deep-inelastic scattering.

    Parameters
    ----------
    nucleus
        What is hit.
    anti
        Whether they are antineutrinos.
    energy
        Of the beam in GeV; the flux of the NuMI beam if not given.
    num_events
        Number of events in all.
    seed
        Fixes every number; events of two seeds have different ids.
    """

    def __init__(
        self,
        nucleus: Literal["C12", "Ar40"] = "C12",
        *,
        anti: bool = False,
        energy: float | None = None,
        num_events: int = 10_000,
        seed: int = 0,
    ) -> None:
        self.setup = Setup(nucleus, anti, energy)
        self.num_events, self.seed = num_events, seed

    def provenance(self) -> dict[str, Any]:
        """Give the generator's settings and seed."""
        return {
            "generator": f"vierbein_neutrino, physics {VERSION}",
            "numpy": np.__version__,
            "nucleus": self.setup.nucleus,
            "anti": self.setup.anti,
            "beam": self.setup.exposure.beam.provenance(),
            "num_events": self.num_events,
            "seed": self.seed,
        }

    def read(self, columns: Sequence[str]) -> Iterator[Records]:
        """Generate events, block by block.

        Parameters
        ----------
        columns
            Names of the columns wanted.

        Yields
        ------
        Records
            One block of events, with those columns.

        Raises
        ------
        EmptyFileError
            If no events are asked for.
        MissingColumnError
            If a column is not there.
        """
        if self.num_events < 1:
            raise EmptyFileError(self.setup.name)
        if missing := [name for name in columns if name not in COLUMNS]:
            raise MissingColumnError(self.setup.name, missing[0], COLUMNS)
        scenario = Mixture(standard(self.setup.exposure))
        for made in generate(scenario, self.setup, self.num_events, self.seed):
            yield Records({name: made[name] for name in columns}, made.file, made.entries)
