"""The Verilog of artifacts, built once for all inputs, and what its simulation measures."""

import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter
from weakref import finalize

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from vierbein_alkaid import verilator
from vierbein_alkaid.errors import LatencyDiffersError
from vierbein_alkaid.project import Firmware
from vierbein_alkaid.simulation import Numbers, Simulation
from vierbein_alkaid.workspace import workspace

_TRIED, _SPARE = 32, 64


@dataclass(frozen=True)
class Timing:
    """What is measured on the Verilog, whatever it computes.

    Parameters
    ----------
    cycles
        From the edge that takes an input to the edge that gives its answer; None if the answer
        is the same for all inputs that were tried.
    interval
        Cycles between inputs; None if answers come right at none that was tried.
    """

    cycles: int | None
    interval: int | None


class Rtl:
    """Builds simulations, and keeps them as long as it lives.

    Parameters
    ----------
    setting
        Path of Verilator, or empty.
    """

    def __init__(self, setting: str) -> None:
        self._setting = setting
        self._built: dict[str, tuple[Path, float]] = {}

    def simulation(self, firmware: Firmware) -> Simulation:
        """Give an artifact's simulation, built by the first call: that takes seconds to minutes."""
        key = _digest(firmware)
        if key not in self._built:
            begun = perf_counter()
            with workspace() as made:
                program = verilator.build(self._setting, firmware.sources, firmware.top, made)
                kept = Path(mkdtemp(prefix="vierbein-rtl-"))
                finalize(self, shutil.rmtree, kept, ignore_errors=True)
                self._built[key] = Path(shutil.move(program, kept)), perf_counter() - begun
        return Simulation(self._built[key][0], firmware.given, firmware.found)

    def seconds(self, firmware: Firmware) -> float | None:
        """Give the time that the build took; None if there was none yet."""
        built = self._built.get(_digest(firmware))
        return None if built is None else built[1]

    def answers(
        self, firmware: Firmware, words: Int[NDArray[np.int64], "event ..."]
    ) -> Float[NDArray[np.float64], "event output"]:
        """Stream words, an event each cycle, and read when the artifact's description says.

        Parameters
        ----------
        firmware
            The artifact.
        words
            Of its input format.

        Returns
        -------
        Float[NDArray[np.float64], "event output"]
            Values, flat.

        Raises
        ------
        LatencyDiffersError
            If the Verilog's own latency, measured by a marker, is another one.
        """
        simulation = self.simulation(firmware)
        measured = simulation.latency(*_tried(firmware))
        if measured is not None and measured != firmware.cycles:
            raise LatencyDiffersError(measured, firmware.cycles)
        rows = words.reshape(len(words), -1)
        stream = np.concatenate([rows, np.repeat(rows[-1:], firmware.cycles, axis=0)])
        return simulation.run(stream)[firmware.cycles :]

    def timing(self, firmware: Firmware) -> Timing:
        """Measure latency and initiation interval."""
        simulation, (numbers, patience) = self.simulation(firmware), _tried(firmware)
        cycles = simulation.latency(numbers, patience)
        if cycles is None:
            return Timing(None, None)
        return Timing(cycles, simulation.interval(numbers, cycles, patience))


def _tried(firmware: Firmware) -> tuple[Numbers, int]:
    """Give inputs to measure times with, and say how long to wait for answers."""
    grid, size = firmware.program.format, int(np.prod(firmware.program.shape))
    drawn = np.random.default_rng(0).integers(grid.lowest, grid.highest + 1, (_TRIED, size))
    ends = [np.full((1, size), end) for end in (grid.lowest, 0, grid.highest)]
    return np.concatenate([drawn, *ends]), 2 * firmware.cycles + _SPARE


def _digest(firmware: Firmware) -> str:
    """Give what a build depends on: the Verilog alone."""
    digest = sha256(firmware.top.encode())
    for file in sorted(firmware.sources.rglob("*.v")):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()
