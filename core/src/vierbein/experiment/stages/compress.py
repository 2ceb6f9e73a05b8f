"""The stage that makes networks small, and says what it cost."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.interval import Measured
from vierbein.experiment.compare.results import TestEvents
from vierbein.experiment.compressed import Compressed
from vierbein.experiment.progress import Advance
from vierbein.fixed_point.operations import Dense
from vierbein.fixed_point.program import WORDS, Program
from vierbein.interfaces.fixed_point import FixedPointNetwork
from vierbein.interfaces.network import Network
from vierbein.interfaces.task import Scores
from vierbein.training.evaluate import scores


def compress(
    assembly: Assembly, recommendations: Mapping[str, str], advance: Advance
) -> dict[str, Any]:
    """Compress the recommended networks of the first target domain, one a student and seed.

    Parameters
    ----------
    assembly
        Of the run.
    recommendations
        The recommended arm of each domain.
    advance
        Called before and after each step.

    Returns
    -------
    dict
        By student: what it was made of, and after each step its size, its figures and the
        difference to what it was made of; empty where no compressor was chosen.
    """
    compressed = Compressed(assembly, recommendations)
    if not assembly.compressors:
        return {}
    judged = _Judged(compressed)
    said = {}
    for student in compressed.students:
        for seed in compressed.seeds:
            compressed.make(student, seed, advance)
        said[student] = judged.to_json(student)
    return said


class _Judged:
    """Figures of compressed networks on the test events."""

    def __init__(self, compressed: Compressed) -> None:
        self.compressed = compressed
        self.events = TestEvents(compressed.assembly, compressed.domain)
        self.task = compressed.assembly.task
        self.teachers = [compressed.teacher(seed) for seed in compressed.seeds]
        self.before = [scores(each, self.task, self.events.table) for each in self.teachers]

    def to_json(self, student: str) -> dict[str, Any]:
        """Give everything that is known of a student, as plain data."""
        compressed = self.compressed
        steps = [self._said("teacher", self.teachers[0], self.before)]
        for number, name in enumerate(compressed.steps):
            network = compressed.network(student, compressed.seeds[0], number + 1)
            found = [compressed.scores(student, seed, name) for seed in compressed.seeds]
            steps.append(self._said(name, network, found))
        last = compressed.network(student, compressed.seeds[0])
        return {
            "domain": compressed.domain,
            "arm": compressed.recommendations[compressed.domain],
            "seeds": compressed.seeds,
            "steps": steps,
            "dataflow": dataflow(last.program()) if isinstance(last, FixedPointNetwork) else [],
        }

    def _said(self, name: str, network: Network, found: list[Scores]) -> dict[str, Any]:
        level, events = self.events.settings.level, self.events
        truth, weight = events.truth, events.event_weight
        difference = self._measured(found) - self._measured(self.before)
        return {
            "name": name,
            "metric": self._measured(found).interval(level).to_json(),
            "minus_teacher": difference.interval(level).to_json(),
            "curve": asdict(self.task.curve(name, found[0], truth, weight)),
            "figures": [f.to_json() for f in self.task.figures(found[0], truth, weight)],
            **_size(network),
        }

    def _measured(self, found: list[Scores]) -> Measured:
        weights = np.vstack([self.events.event_weight, self.events.replicas])
        rows = [self.task.measure(each, self.events.truth, weights) for each in found]
        return Measured(np.array([row[0] for row in rows]), np.array([row[1:] for row in rows]))


def _size(network: Network) -> dict[str, Any]:
    if isinstance(network, FixedPointNetwork):
        program: Program = network.program()
        layers = [each for each in program.operations if isinstance(each, Dense)]
        weights = np.concatenate([each.weight.ravel() for each in layers])
        bits = sum(each.weight.size * each.weight_bits for each in layers)
        return {
            "num_parameters": int(weights.size),
            "num_not_zero": int((weights != 0).sum()),
            "num_bits": int(bits),
        }
    tensors = list(network.parameters())
    return {
        "num_parameters": sum(each.numel() for each in tensors),
        "num_not_zero": sum(int((each != 0).sum()) for each in tensors),
        "num_bits": sum(8 * each.element_size() * each.numel() for each in tensors),
    }


def dataflow(program: Program) -> list[dict[str, Any]]:
    """Describe a program's tensors in order: what makes them, of what, their shape and format."""
    return [
        _tensor(program, WORDS, "Words", ()),
        *(_tensor(program, e.name, type(e).__name__, e.inputs) for e in program.operations),
    ]


def _tensor(program: Program, name: str, operation: str, inputs: tuple[str, ...]) -> dict[str, Any]:
    grid = program.format_of(name)
    return {
        "name": name,
        "operation": operation,
        "inputs": list(inputs),
        "shape": list(program.shape_of(name)),
        "is_signed": grid.is_signed,
        "num_bits": grid.num_bits,
        "num_fraction": grid.num_fraction,
    }
