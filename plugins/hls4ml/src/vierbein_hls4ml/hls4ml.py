"""hls4ml as a hardware backend: QONNX -> C++ for high-level synthesis, bit-accurate with g++."""

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from vierbein.errors.fixed_point import NotExactError
from vierbein.events.batch import EventBatch
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
from vierbein_hls4ml.build import build
from vierbein_hls4ml.errors import (
    CannotLowerError,
    ClockPeriodError,
    LevelNotOfferedError,
)
from vierbein_hls4ml.jobs import GRAPH, PROJECT, converted, executed, simulated, values_of
from vierbein_hls4ml.probing import PINS, probe
from vierbein_hls4ml.rewrite import digestible, lacking
from vierbein_hls4ml.workbench import workbench

DESCRIPTION = "io.json"


class Hls4ml(Hardware):
    """Writes a QONNX graph, has hls4ml make a Vitis project of it, and simulates its C++.

    Every layer is computed at once (io_parallel, latency strategy), in types that hold every number
    that can occur. hls4ml runs in a process of its own, and needs no vendor tool.

    Parameters
    ----------
    python
        An interpreter with hls4ml and qonnx; this one if empty.
    compiler
        Of C++, for the simulation.
    part
        The device that Vitis HLS is told.
    clock_period
        Time of a cycle in ns that Vitis HLS is told.

    Raises
    ------
    ClockPeriodError
        If it is not positive.
    """

    numerics = Numerics(is_exact=True)
    levels = (Level.GRAPH, Level.CSIM)
    capabilities = Capabilities(
        operations=tuple(each.__name__ for each in OPERATIONS),
        needs=(*(f"{name} {pin}" for name, pin in PINS.items()), "a C++ compiler for csim"),
        licence="Apache-2.0",
    )

    def __init__(
        self,
        *,
        python: str = "",
        compiler: str = "g++",
        part: str = "xcvu13p-flga2577-2-e",
        clock_period: float = 5.0,
    ) -> None:
        if not clock_period > 0:
            raise ClockPeriodError(clock_period)
        self._python, self._compiler = python, compiler
        self._target = {"part": part, "clock_period": clock_period}
        self._seconds: dict[tuple[Path, str], float] = {}

    def probe(self) -> Probe:
        """Look into the interpreter's metadata, and for the compiler."""
        return probe(self._python, self._compiler)

    def check(self, network: Network, example: EventBatch) -> Sequence[str]:
        """Name what of the network cannot be lowered; nothing if all can."""
        del example
        if not isinstance(network, FixedPointNetwork):
            return (NOT_FIXED_POINT,)
        try:
            return lacking(network.program())
        except NotExactError as error:
            return error.findings

    def lower(self, network: Network, example: EventBatch, folder: Path) -> Artifact:
        """Write the graph, its description and hls4ml's project into an empty folder.

        Parameters
        ----------
        network
            Of fixed-point numbers; it is left as it was.
        example
            Not used: everything is known from the program.
        folder
            Empty, and there.

        Returns
        -------
        Artifact
            The graph, its description, then the project's files.

        Raises
        ------
        CannotLowerError
            If `check` would name something.
        WorkerFailedError
            If hls4ml fails.
        NoRoomError
            If the disk is full.
        """
        reasons = self.check(network, example)
        if reasons or not isinstance(network, FixedPointNetwork):
            raise CannotLowerError(reasons)
        began = time.perf_counter()
        artifact = self.lower_program(network.program(), folder)
        self._seconds[folder, "lowering"] = time.perf_counter() - began
        return artifact

    def lower_program(self, program: Program, folder: Path) -> Artifact:
        """Write what `lower` writes, for a program."""
        from vierbein_hls4ml.idiom import write  # noqa: PLC0415 - ONNX is heavy

        idiom = write(digestible(program))
        kept = {name: idiom.tensors[name] for name in program.bounds if name != WORDS}
        with workbench() as bench:
            (bench / GRAPH).write_bytes(idiom.model.SerializeToString(deterministic=True))
            job = {"precisions": idiom.precisions, **self._target}
            layers = converted(self._python, job, bench)
            description = {
                "version": 1,
                "input": idiom.model.graph.input[0].name,
                "output": program.output,
                "tensors": kept,
                "shapes": {name: program.shape_of(name) for name in program.bounds},
                "formats": {name: asdict(program.format_of(name)) for name in program.bounds},
                "layers": layers,
                "reshaped": idiom.reshaped,
                **self._target,
            }
            text = json.dumps(description, indent=1, sort_keys=True)
            (bench / DESCRIPTION).write_text(text + "\n", encoding="utf-8")
            for name in (GRAPH, DESCRIPTION):
                shutil.copyfile(bench / name, folder / name)
            shutil.copytree(bench / PROJECT, folder / PROJECT)
        project = sorted(
            str(each.relative_to(folder))
            for each in (folder / PROJECT).rglob("*")
            if each.is_file()
        )
        return Artifact(folder, (GRAPH, DESCRIPTION, *project))

    def emulate(self, artifact: Artifact, level: Level, inputs: Vectors) -> Vectors:
        """Execute the graph by qonnx, or compile the project's C++ and run that.

        Parameters
        ----------
        artifact
            As `lower` gave it; it is left as it was.
        level
            ``graph`` or ``csim``.
        inputs
            ``words``, on the grid of the input format.

        Returns
        -------
        dict
            ``prediction``, and the program's tensors: at ``graph`` all of them, at ``csim`` those
            that are a layer of the project.

        Raises
        ------
        LevelNotOfferedError
            If another level is asked for.
        WordsError
            If words have another shape, or are beyond the input format.
        BuildFailedError
            If the C++ does not compile.
        WorkerFailedError
            If the emulation fails.
        NoRoomError
            If the disk is full.
        """
        if level not in self.levels:
            raise LevelNotOfferedError(level, self.levels)
        description = json.loads((artifact.folder / DESCRIPTION).read_text(encoding="utf-8"))
        values = values_of(inputs[WORDS], description)
        with workbench() as bench:
            if level is Level.CSIM:
                began = time.perf_counter()
                shutil.copytree(artifact.folder / PROJECT, bench / PROJECT)
                build(self._compiler, bench / PROJECT)
                self._seconds[artifact.folder, "simulation build"] = time.perf_counter() - began
                found = simulated(self._python, description, values, bench)
            else:
                shutil.copyfile(artifact.folder / GRAPH, bench / GRAPH)
                found = executed(self._python, description, values, bench)
        named = {
            name: found[tensor].reshape(-1, *description["shapes"][name]) + 0.0  # no sign of zero
            for name, tensor in description["tensors"].items()
            if tensor in found
        }
        return {**named, OUTPUTS[-1]: named[description["output"]]}

    def report(self, artifact: Artifact, network: Network, example: EventBatch) -> list[Figure]:
        """Give the project's size, and what its making took; cycles and LUTs need Vitis HLS."""
        del network, example
        files = [artifact.folder / name for name in artifact.files if name.startswith(PROJECT)]
        size = float(sum(file.stat().st_size for file in files))
        figures = [Figure("size of the project", size, size, size, "B", "measured")]
        for what in ("lowering", "simulation build"):
            if (artifact.folder, what) in self._seconds:
                seconds = self._seconds[artifact.folder, what]
                name = f"time of {what}"
                figures.append(Figure(name, seconds, seconds, seconds, "s", "measured"))
        return figures
