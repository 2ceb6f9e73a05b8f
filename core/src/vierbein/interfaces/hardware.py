"""Hardware backends: a network -> an artifact that runs elsewhere, verified by golden vectors."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from vierbein.errors.workers import NothingToSetUpError
from vierbein.events.batch import EventBatch
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.network import Network

Vectors = Mapping[str, NDArray[Any]]
"""Named tensors, in the order in which the network computes them."""


class Level(StrEnum):
    """How closely an emulation follows the hardware."""

    GRAPH = "graph"
    CSIM = "csim"
    RTL = "rtl"


@dataclass(frozen=True)
class Numerics:
    """What agreement with the golden vectors means.

    Parameters
    ----------
    is_exact
        Every bit (fixed point).
    tolerance
        Largest difference over the tensor's largest magnitude, where it is not exact.
    """

    is_exact: bool
    tolerance: float = 0.0


@dataclass(frozen=True)
class Capabilities:
    """What a backend takes, and what it needs.

    Parameters
    ----------
    operations
        Names of the fixed-point operations that it lowers; none where it takes any network, and
        not fixed-point networks alone.
    needs
        Programs, in words.
    licence
        SPDX identifier of what it runs that is not ours.
    """

    operations: Sequence[str] = ()
    needs: Sequence[str] = ()
    licence: str = ""


@dataclass(frozen=True)
class Probe:
    """Whether the backend can run on this machine, and with what.

    Parameters
    ----------
    can_run
        Whether it can lower, and emulate at one level at least.
    reason
        Why not, and what to do; empty if it can.
    versions
        Of its programs, by name.
    missing
        Levels that it has and cannot run here, each with the reason and what to do.
    """

    can_run: bool
    reason: str
    versions: Mapping[str, str]
    missing: Mapping[Level, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Artifact:
    """What lowering wrote, all inside one folder.

    Parameters
    ----------
    folder
        Where the files are.
    files
        Their names inside the folder, the main one first.
    """

    folder: Path
    files: Sequence[str]


class Hardware(ABC):
    """Lowers a network; every stage is honest about what cannot run here."""

    numerics: Numerics
    levels: Sequence[Level]
    """What `emulate` offers."""
    capabilities: Capabilities = Capabilities()

    @abstractmethod
    def probe(self) -> Probe:
        """Look whether its programs are here, without heavy imports."""

    def setup(self, folder: Path | None, say: Callable[[str], None]) -> None:
        """Make the environment that its programs run in, for `vierbein hardware setup NAME`.

        Most need none, and say so. A half-made one must never be taken for a whole one.

        Parameters
        ----------
        folder
            Where; None for the place where `probe` looks by default.
        say
            Called with a line for each step.

        Raises
        ------
        NothingToSetUpError
            If it has no environment of its own.
        """
        del folder, say
        raise NothingToSetUpError(type(self).__name__.lower(), self.capabilities.needs)

    @abstractmethod
    def check(self, network: Network, example: EventBatch) -> Sequence[str]:
        """Name what of the network cannot be lowered; nothing if all can."""

    @abstractmethod
    def lower(self, network: Network, example: EventBatch, folder: Path) -> Artifact:
        """Write the artifact into an empty folder."""

    @abstractmethod
    def emulate(self, artifact: Artifact, level: Level, inputs: Vectors) -> Vectors:
        """Run it on golden inputs and give its named tensors.

        Inputs are ``p4``, ``features`` and ``mask``, outputs ``particles``, ``pooled`` and
        ``prediction``. Of a fixed-point network the input is ``words``, whole numbers, and outputs
        are values in 64-bit floats, zeros without a sign: ``prediction``, and whichever of its
        program's tensors can be looked at on the way, by their names, and what is predicted after
        each step of lowering, ``prediction@STEP``, so that a step that errs is named.
        """

    @abstractmethod
    def report(self, artifact: Artifact, network: Network, example: EventBatch) -> list[Figure]:
        """Measure or estimate speed and size, each figure with its provenance."""
