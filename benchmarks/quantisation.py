"""Measure what quantisation costs a student on real jets, and that every writer has its bits.

For each seed a student of eight particles learns to tell tops from QCD jets of the ATLAS-like
detector, and is quantised with its own float answers as a second teacher. The float network and
the fixed-point one are compared on the test jets. Test jets and adversarial words pass torch, the
program, and qonnx' own executor of its QONNX graph; an event counts where all three agree in every
bit.
"""

import warnings
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rows import write_row
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import sample
from vierbein.experiment.compare.interval import Measured
from vierbein.experiment.compare.results import TestEvents
from vierbein.experiment.run import configure
from vierbein.fixed_point.cost import bit_operations
from vierbein.fixed_point.qonnx import INPUT, to_qonnx
from vierbein.fixed_point.vectors import adversarial
from vierbein.interfaces.compressor import Materials
from vierbein.interfaces.network import Network
from vierbein.interfaces.trainer import Budget
from vierbein.training.evaluate import scores
from vierbein.training.settings import TrainingSettings
from vierbein.training.trainer import FabricTrainer
from vierbein_compression.quantised_network import QuantisedNetwork
from vierbein_compression.quantize import Quantize

COMMAND = "python benchmarks/quantisation.py"
DOMAIN, STUDENT, SIZE = "atlas", "deep_sets", 5000
SETTINGS = {"weight_bits": 6, "activation_bits": 7}
TRAINING = TrainingSettings(batch_size=64, looks=20)


def student_run(folder: Path) -> Assembly:
    """Assemble a run whose backbone is the student, with a head that firmware can have."""
    own = [f"backbone={STUDENT}", "backbone.num_particles=8", "base=null", "task.head=linear"]
    return Assembly(configure("quickstart", [*own, f"cache_folder={folder / 'cache'}"]))


def trained(run: Assembly, seed: int, steps: int) -> tuple[Network, QuantisedNetwork]:
    """Train a student with floats, and quantise it."""
    domain = run.targets[DOMAIN]
    events = sample(domain, SIZE, seed, run.settings.compare.validation)
    student, trainer = run.from_scratch(domain, events.train, seed), FabricTrainer(TRAINING, seed)
    trainer.fit(student, run.task, events, Budget(2 * steps, 3e-3))
    torch.manual_seed(seed)
    materials = Materials(run.task, trainer, events, lambda: student)
    quantised = Quantize(steps=steps, **SETTINGS).compress(student, materials)
    assert isinstance(quantised, QuantisedNetwork)  # noqa: S101 - for the type checker
    return student, quantised


def measured(network: Network, run: Assembly, test: TestEvents) -> NDArray[np.float64]:
    """Give the AUC on the test jets, then that of each bootstrap replica of them."""
    found = scores(network, run.task, test.table)
    return run.task.measure(found, test.truth, np.vstack([test.event_weight, test.replicas]))


def exact(network: QuantisedNetwork, run: Assembly, num: int) -> NDArray[np.bool_]:
    """Say of which events, ordinary and adversarial, all have the same bits."""
    program, table = network.program(), run.targets[DOMAIN].events("test")
    with torch.no_grad():
        ordinary = network.words(table.take(np.arange(num))).numpy()
        words = adversarial(program, ordinary)
        by_torch = network.from_words(torch.from_numpy(words)).double().numpy()
    by_program = program.predict(words).values
    by_qonnx = executed(program, (words * program.format.spacing).astype(np.float32))
    same: NDArray[np.bool_] = ((by_torch == by_program) & (by_program == by_qonnx)).all(axis=1)
    return same


def executed(program: Any, values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Run the QONNX graph, event by event, with qonnx' executor."""
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.core.onnx_exec import execute_onnx
    from qonnx.transformation.infer_shapes import InferShapes

    model = ModelWrapper(to_qonnx(program)).transform(InferShapes())
    with warnings.catch_warnings(action="ignore"):
        found = [execute_onnx(model, {INPUT: each[None]})[program.output] for each in values]
    return np.concatenate(found).astype(np.float64)


def main() -> None:
    """Train, quantise, compare and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("runs/quantisation"))
    parser.add_argument("--quick", action="store_true", help="does it run? nothing is written")
    arguments = parser.parse_args()
    seeds, steps, num = (1, 40, 10) if arguments.quick else (3, 1500, 500)
    torch.set_num_threads(1)
    run = student_run(arguments.folder)
    test, level = TestEvents(run, DOMAIN), run.settings.compare.level
    found: dict[str, list[NDArray[np.float64]]] = {"float": [], "quantised": []}
    shares, costs = [], []
    for seed in range(seeds):
        networks = dict(zip(found, trained(run, seed, steps), strict=True))
        for name, network in networks.items():
            found[name].append(measured(network, run, test))
        same = exact(networks["quantised"], run, num)
        shares.append((float(same.mean()), len(same)))
        costs.append(bit_operations(networks["quantised"].program()))
    by_float, quantised = (
        Measured(np.array([r[0] for r in rows]), np.array([r[1:] for r in rows]))
        for rows in found.values()
    )
    about = f"{STUDENT} of 8 particles, {SIZE} labelled jets, {seeds} seeds; {SETTINGS}"
    figures = {
        "student_auc_quantised": (quantised.interval(level), "AUC", about),
        "student_quantised_minus_float": ((quantised - by_float).interval(level), "AUC", about),
    }
    print(f"{costs} bit operations; exact: {shares}; float {by_float.interval(level)}")
    for name, (interval, unit, against) in figures.items():
        print(name, interval)
        if not arguments.quick:
            row = (interval.value, interval.low, interval.high)
            print(write_row("hardware", name, *row, unit, against, COMMAND))
    least, events = min(shares)
    if not arguments.quick:
        most = max(shares)[0]
        said = f"torch, program and qonnx; {num} jets, {events - num} adversarial events a seed"
        print(write_row("hardware", "exact_qonnx", least, least, most, "1", said, COMMAND))


if __name__ == "__main__":
    main()
