"""Software triggers as a hardware backend: a fixed-point network as C of integers."""

import json
import shlex
import sys
import time
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from vierbein.errors.fixed_point import NotExactError
from vierbein.errors.workers import WorkerFailedError
from vierbein.events.batch import EventBatch
from vierbein.fixed_point.operations import OPERATIONS
from vierbein.fixed_point.program import WORDS
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
from vierbein.interfaces.worker import work
from vierbein_cpu.c_file import describe, header, source
from vierbein_cpu.compiler import Compiler
from vierbein_cpu.errors import (
    BatchSizeError,
    LevelNotOfferedError,
    NotGeneratedError,
    OutOfRangeError,
)

SOURCE, HEADER, DESCRIPTION = "vierbein_model.c", "vierbein_model.h", "io.json"
LIBRARY, TRACE, BUILD = "vierbein_model.so", "vierbein_trace.so", "build.json"
_TRACING: Final = ("-O1", "-DVIERBEIN_TRACE")


class GeneratedC(Hardware):
    """Writes a fixed-point network as one file of C without dependencies, and compiles it.

    Equal to the network's program to the last bit. It is compiled twice: as it runs, and so that
    every tensor is written out.

    Parameters
    ----------
    compiler
        A compiler of C11, by name or path.
    options
        What it is called with.
    batch_size
        Events in the larger of the two batches that speed is measured with; the other has one.

    Raises
    ------
    BatchSizeError
        If it has no events.
    """

    numerics = Numerics(is_exact=True)
    levels = (Level.CSIM,)
    capabilities = Capabilities(
        operations=tuple(each.__name__ for each in OPERATIONS), needs=("a compiler of C11",)
    )

    def __init__(
        self,
        *,
        compiler: str = "cc",
        options: str = "-O3 -march=native",
        batch_size: int = 64,
    ) -> None:
        if batch_size < 1:
            raise BatchSizeError(batch_size)
        self._compiler = Compiler(compiler, tuple(shlex.split(options)))
        self._batch_size = batch_size

    def probe(self) -> Probe:
        """Ask the compiler for its version."""
        name, version = self._compiler.program, self._compiler.version
        if version is None:
            reason = f"no compiler {name!r} that answers; install one, such as gcc, or name it: "
            return Probe(False, f"{reason}hardware.generated_c.compiler=...", {})
        return Probe(True, "", {name: version})

    def check(self, network: Network, example: EventBatch) -> Sequence[str]:  # noqa: ARG002
        """Name what of the network cannot be lowered; nothing if all can."""
        if not isinstance(network, FixedPointNetwork):
            return (NOT_FIXED_POINT,)
        try:
            source(network.program())
        except NotExactError as error:
            return error.findings
        except NotGeneratedError as error:
            return error.reasons
        return ()

    def lower(self, network: Network, example: EventBatch, folder: Path) -> Artifact:
        """Write source, header and description into an empty folder, and compile.

        Parameters
        ----------
        network
            A fixed-point network.
        example
            Not needed: words have one shape.
        folder
            Empty, and there.

        Returns
        -------
        Artifact
            The source first.

        Raises
        ------
        NotGeneratedError
            If `check` would name something.
        CompilerFailedError
            Says the compiler's first error.
        """
        complaints = self.check(network, example)
        if complaints or not isinstance(network, FixedPointNetwork):
            raise NotGeneratedError(complaints)
        begun = time.perf_counter()
        program = network.program()
        (folder / SOURCE).write_text(source(program), encoding="utf-8")
        (folder / HEADER).write_text(header(program), encoding="utf-8")
        _write(folder / DESCRIPTION, describe(program))
        written = time.perf_counter()
        self._compiler.compile(SOURCE, LIBRARY, (), folder)
        compiled = time.perf_counter()
        self._compiler.compile(SOURCE, TRACE, _TRACING, folder)
        build = {
            "compiler": self._compiler.version,
            "options": list(self._compiler.options),
            "seconds": {"lowering": written - begun, "compilation": compiled - written},
        }
        _write(folder / BUILD, build)
        return Artifact(folder, tuple(f for f in _FILES if (folder / f).exists()))

    def emulate(self, artifact: Artifact, level: Level, inputs: Vectors) -> Vectors:
        """Run what was compiled, in a process of its own; its emulation is the real thing.

        Parameters
        ----------
        artifact
            As `lower` gave it.
        level
            ``csim``.
        inputs
            ``words``, whole numbers.

        Returns
        -------
        dict
            Every tensor of the program, by name; ``prediction`` as compiled for speed.

        Raises
        ------
        LevelNotOfferedError
            If another level than ``csim`` is asked for.
        OutOfRangeError
            If a word lies beyond its format.
        """
        if level not in self.levels:
            raise LevelNotOfferedError("generated_c", level, self.levels)
        said = json.loads((artifact.folder / DESCRIPTION).read_text(encoding="utf-8"))
        (given,), (result,) = said["inputs"], said["outputs"]
        words = inputs[WORDS]
        beyond = int(((words < given["lowest"]) | (words > given["highest"])).sum())
        if beyond:
            raise OutOfRangeError(beyond, words.size, given["lowest"], given["highest"])
        with TemporaryDirectory() as name:
            folder = Path(name)
            np.save(folder / "words.npy", words)
            libraries = {
                "library": str(artifact.folder.resolve() / LIBRARY),
                "trace": str(artifact.folder.resolve() / TRACE),
            }
            job = {**libraries, "description": said}
            work(sys.executable, Path(__file__).with_name("run_library.py"), job, folder)
            with np.load(folder / "tensors.npz", allow_pickle=False) as kept:
                arrays = [kept[f"arr_{number}"] for number in range(len(said["tensors"]) + 1)]
        tensors = {
            each["name"]: np.ldexp(array.astype(np.float64), -each["num_fraction"])
            for each, array in zip(said["tensors"], arrays[1:], strict=True)
        }
        prediction = np.ldexp(arrays[0].astype(np.float64), -result["num_fraction"])
        return {**tensors, "prediction": prediction}

    def report(self, artifact: Artifact, network: Network, example: EventBatch) -> list[Figure]:
        """Measure latency and rate on one thread against torch, and ONNX Runtime if it is there."""
        from vierbein_cpu.generated_speed import generated_speed  # noqa: PLC0415

        build = json.loads((artifact.folder / BUILD).read_text(encoding="utf-8"))
        seconds, size = build["seconds"], (artifact.folder / LIBRARY).stat().st_size
        figures = [
            _measured("size of the library", float(size), "B"),
            _measured("time of lowering", seconds["lowering"], "s"),
            _measured("time of compilation", seconds["compilation"], "s"),
        ]
        assert isinstance(network, FixedPointNetwork)  # noqa: S101 - it was lowered
        fixed = deepcopy(network).cpu().eval()
        words = fixed.words(example.to("cpu")).numpy().astype(np.int64)
        try:
            self.emulate(artifact, Level.CSIM, {WORDS: words})
        except WorkerFailedError:  # what crashes there would end this process
            return figures
        paths = (artifact.folder / LIBRARY, artifact.folder / DESCRIPTION)
        return [*figures, *generated_speed(*paths, fixed, words, self._batch_size)]


_FILES: Final = (SOURCE, HEADER, DESCRIPTION, LIBRARY, TRACE, BUILD, "log.txt")


def _write(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _measured(name: str, value: float, unit: str) -> Figure:
    return Figure(name, value, value, value, unit, "measured")
