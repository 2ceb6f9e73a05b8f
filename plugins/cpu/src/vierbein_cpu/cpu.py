"""A CPU as a hardware backend: ONNX, run by ONNX Runtime."""

import json
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from vierbein.events.batch import EventBatch
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.hardware import Artifact, Hardware, Level, Numerics, Probe, Vectors
from vierbein.interfaces.network import Network
from vierbein.interfaces.verification import INPUTS, OUTPUTS
from vierbein_cpu.errors import BatchSizeError, CannotLowerError, LevelNotOfferedError

if TYPE_CHECKING:
    from onnx import ModelProto

PROGRAMS = ("onnx", "onnxruntime", "onnxscript", "torch")
"""Distributions that it needs, by name."""

# ONNX is imported by the methods that use it: `probe` must answer where it is not installed.
GRAPH, DESCRIPTION = "model.onnx", "io.json"


class Cpu(Hardware):
    """Writes the network as an ONNX graph, and runs it with ONNX Runtime on one thread.

    The numbers of events and of slots are free. Its numerics are those of 32-bit floats.

    Parameters
    ----------
    batch_size
        Events in the larger of the two batches that speed is measured with; the other has one.

    Raises
    ------
    BatchSizeError
        If it has no events.
    """

    numerics = Numerics(is_exact=False, tolerance=1e-5)
    levels = (Level.GRAPH,)

    def __init__(self, *, batch_size: int = 64) -> None:
        if batch_size < 1:
            raise BatchSizeError(batch_size)
        self._batch_size = batch_size
        self._exported: tuple[str, ModelProto] | None = None

    def probe(self) -> Probe:
        """Look for the programs in the metadata of what is installed."""
        versions = {}
        for name in PROGRAMS:
            try:
                versions[name] = version(name)
            except PackageNotFoundError:
                continue
        missing = [name for name in PROGRAMS if name not in versions]
        reason = f"not installed: {', '.join(missing)}; pip install vierbein-cpu brings them"
        return Probe(not missing, reason if missing else "", versions)

    def check(self, network: Network, example: EventBatch) -> Sequence[str]:
        """Name what of the network cannot be lowered; nothing if all can."""
        try:
            self._export(network, example)
        except CannotLowerError as error:
            return error.reasons
        return ()

    def lower(self, network: Network, example: EventBatch, folder: Path) -> Artifact:
        """Write graph and description into an empty folder.

        Parameters
        ----------
        network
            What tuners added to it is baked in; it is left as it was.
        example
            A batch that the graph is traced with.
        folder
            Empty, and there.

        Returns
        -------
        Artifact
            The graph, then its description.

        Raises
        ------
        CannotLowerError
            If `check` would name something.
        """
        from vierbein_cpu.description import describe  # noqa: PLC0415

        graph = self._export(network, example)
        (folder / GRAPH).write_bytes(graph.SerializeToString(deterministic=True))
        text = json.dumps(describe(graph, example.schema), indent=1, sort_keys=True)
        (folder / DESCRIPTION).write_text(text + "\n", encoding="utf-8")
        return Artifact(folder, (GRAPH, DESCRIPTION))

    def emulate(self, artifact: Artifact, level: Level, inputs: Vectors) -> Vectors:
        """Run the graph; its emulation is the real thing.

        Parameters
        ----------
        artifact
            As `lower` gave it.
        level
            ``graph``.
        inputs
            ``p4`` in GeV, ``features`` and ``mask``, padded.

        Returns
        -------
        dict
            ``particles``, ``pooled`` and ``prediction``.

        Raises
        ------
        LevelNotOfferedError
            If another level than ``graph`` is asked for.
        UnreadableGraphError
            If ONNX Runtime refuses the file.
        """
        from vierbein_cpu.session import session  # noqa: PLC0415

        if level not in self.levels:
            raise LevelNotOfferedError("cpu", level, self.levels)
        graph = session(artifact.folder / artifact.files[0])
        values = graph.run(OUTPUTS, {name: inputs[name] for name in INPUTS})
        return dict(zip(OUTPUTS, values, strict=True))

    def report(self, artifact: Artifact, network: Network, example: EventBatch) -> list[Figure]:
        """Measure latency and rate against eager torch on one thread, and give the graph's size."""
        from vierbein_cpu.session import session  # noqa: PLC0415
        from vierbein_cpu.speed import speed  # noqa: PLC0415

        path = artifact.folder / artifact.files[0]
        size = float(path.stat().st_size)
        figures = [Figure("size of the graph", size, size, size, "B", "measured")]
        graph = session(path)
        for batch_size in sorted({1, self._batch_size}):
            figures += speed(graph, network, example, batch_size)
        return figures

    def _export(self, network: Network, example: EventBatch) -> "ModelProto":
        """Export once for `check` and `lower`: it takes seconds."""
        from vierbein_cpu.export import export  # noqa: PLC0415

        key = _fingerprint(network, example)
        if self._exported is None or self._exported[0] != key:
            self._exported = (key, export(network, example))
        return self._exported[1]


def _fingerprint(network: Network, example: EventBatch) -> str:
    digest = sha256(f"{network}{example.schema}".encode())
    for name, tensor in network.state_dict().items():
        digest.update(name.encode() + tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
