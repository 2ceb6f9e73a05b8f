"""Jets from the event generator."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

from vierbein.errors.records import EmptyFileError
from vierbein.events.records import Records
from vierbein.interfaces.dataset import Dataset
from vierbein_collider.errors import GeneratorNotInstalledError, UnknownProcessError
from vierbein_collider.generation.blocks import generate, source_name
from vierbein_collider.generation.detectors import DETECTORS
from vierbein_collider.generation.signals import KNOWN

_DISTRIBUTIONS = ("pythia8mc", "fastjet", "awkward", "numpy", "vierbein-collider")


class PythiaJets(Dataset):
    """Jets made anew by Pythia 8, a parametrised detector and anti-kt, about 50 a second.

    Needs the optional extra ``generator``.

    Parameters
    ----------
    domain
        Which detector sees them.
    processes
        Hard processes, in equal shares: qcd, top, quark, gluon, w, z, hbb, and the bank's signals.
    num_jets
        Number of jets in all.
    seed
        Fixes every number; jets of two seeds have different event ids.
    alpha_s
        The strong coupling at the Z's mass in showers after the collision. Jets with another one
        have the same event ids: give them a seed of their own.
    """

    def __init__(
        self,
        domain: Literal["cms", "atlas", "calo", "offline", "trigger"] = "cms",
        processes: Sequence[str] = ("qcd", "top"),
        num_jets: int = 1000,
        seed: int = 0,
        alpha_s: float = 0.1365,
    ) -> None:
        if unknown := [name for name in processes if name not in KNOWN]:
            raise UnknownProcessError(unknown[0], tuple(KNOWN))
        shower = f"TimeShower:alphaSvalue={alpha_s}"
        self.detector = DETECTORS[domain]
        self.processes = [
            replace(KNOWN[name], settings=(*KNOWN[name].settings, shower)) for name in processes
        ]
        self.num_jets = num_jets
        self.seed = seed

    def provenance(self) -> dict[str, Any]:
        """Give the generator's versions, settings and seed.

        Returns
        -------
        dict
            By name, in plain data.

        Raises
        ------
        GeneratorNotInstalledError
            If the optional extra is not installed.
        """
        try:
            versions = {name: version(name) for name in _DISTRIBUTIONS}
        except PackageNotFoundError as error:
            raise GeneratorNotInstalledError(str(error.name)) from error
        return {
            "detector": asdict(self.detector),
            "processes": [process.described() for process in self.processes],
            "num_jets": self.num_jets,
            "max_particles": self.detector.max_particles,
            "seed": self.seed,
            "versions": versions,
        }

    def read(self, columns: Sequence[str]) -> Iterator[Records]:
        """Generate jets, block by block.

        Parameters
        ----------
        columns
            Names of the columns wanted.

        Yields
        ------
        Records
            One block of jets, with those columns.

        Raises
        ------
        EmptyFileError
            If no jets are asked for.
        GeneratorNotInstalledError
            If the optional extra is not installed.
        """
        if self.num_jets < 1 or not self.processes:
            raise EmptyFileError(source_name(self.detector))
        for made in generate(self.detector, self.processes, self.num_jets, self.seed):
            yield Records({name: made[name] for name in columns}, made.file, made.entries)
