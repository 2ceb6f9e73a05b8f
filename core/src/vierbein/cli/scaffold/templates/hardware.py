from collections.abc import Sequence
from pathlib import Path

import torch

from vierbein.errors.base import VierbeinError
from vierbein.events.batch import EventBatch
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.hardware import Artifact, Hardware, Level, Numerics, Probe, Vectors
from vierbein.interfaces.merge import merged
from vierbein.interfaces.network import Network, PaddedNetwork
from vierbein.interfaces.verification import INPUTS, OUTPUTS

FILE = "graph.pt2"


class Exemplar(Hardware):
    """Writes the network as a graph of torch operations, and runs that graph."""

    numerics, levels = Numerics(is_exact=False, tolerance=1e-5), (Level.GRAPH,)

    def probe(self) -> Probe:
        return Probe(can_run=True, reason="", versions={"torch": torch.__version__})

    def check(self, network: Network, example: EventBatch) -> Sequence[str]:
        try:
            _export(network, example)
        except Exception as fault:  # whatever the exporter meets in a stranger's network
            return (str(fault).partition("\n")[0],)
        return ()

    def lower(self, network: Network, example: EventBatch, folder: Path) -> Artifact:
        torch.export.save(_export(network, example), folder / FILE)
        return Artifact(folder, (FILE,))

    def emulate(self, artifact: Artifact, level: Level, inputs: Vectors) -> Vectors:
        if level not in self.levels:
            raise VierbeinError(f"exemplar emulates {', '.join(self.levels)} alone, not {level}.")
        graph = torch.export.load(artifact.folder / FILE).module()
        values = graph(*(torch.from_numpy(inputs[name]) for name in INPUTS))
        return {n: v.detach().numpy() for n, v in zip(OUTPUTS, values, strict=True)}

    def report(self, artifact: Artifact, network: Network, example: EventBatch) -> list[Figure]:
        size = float((artifact.folder / FILE).stat().st_size)
        return [Figure("size of the graph", size, size, size, "B")]


def _export(network: Network, example: EventBatch) -> torch.export.ExportedProgram:
    padded = example.take(torch.arange(7) % len(example)).padded
    axes = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    function = PaddedNetwork(merged(network).eval(), example.schema)
    blocks = (padded.p4, padded.features, padded.mask)
    return torch.export.export(function, blocks, dynamic_shapes=dict.fromkeys(INPUTS, axes))
