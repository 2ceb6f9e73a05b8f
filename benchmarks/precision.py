"""Measure what bf16 gains in training on this processor, by the size of the network.

Trains the tiny and the published-size particle transformer on the shipped jets, with the same
batches in 32 bits and in bf16, in turn, on one thread; CPU time between the first step and the
last.
"""

import copy
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from rows import write_row
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.run import configure
from vierbein.interfaces.network import Network
from vierbein.interfaces.trainer import Budget, TrainingEvents
from vierbein.training.trainer import FabricTrainer

COMMAND = "python benchmarks/precision.py"
WHOLE, HALF = "32-true", "bf16-mixed"


def seconds(network: Network, assembly: Assembly, events: TrainingEvents, steps: int) -> float:
    """Give the CPU time of a step."""
    times: list[float] = []

    def watch(step: int, steps: int, loss: float) -> None:  # noqa: ARG001 - the watcher's form
        times.append(time.process_time())

    trainer = FabricTrainer(assembly.settings.training, 0, None, watch)
    trainer.fit(network, assembly.task, events, Budget(steps + 1, 1e-3))
    return (times[steps - 1] - times[0]) / (steps - 1)


def ratios(preset: str, overrides: Sequence[str], rounds: int, steps: int) -> list[float]:
    """Give the time in 32 bits over that in bf16, round by round."""
    asked = [f"backbone=particle_transformer_{preset}", "base=null", "training.looks=1"]
    whole = Assembly(configure("quickstart", [*overrides, *asked]))
    half = Assembly(configure("quickstart", [*overrides, *asked, f"training.precision={HALF}"]))
    assert whole.settings.training == replace(half.settings.training, precision=WHOLE)  # noqa: S101
    domain = whole.source
    events = TrainingEvents(domain.events("train"), domain.events("validation", 16))
    start = whole.from_scratch(domain, events.train, 0).requires_grad_()
    found = []
    for index in range(rounds):
        took = [seconds(copy.deepcopy(start), each, events, steps) for each in (whole, half)]
        found.append(took[0] / took[1])
        print(f"{preset}, round {index + 1} of {rounds}: {found[-1]:.3f}")
    return found


def main() -> None:
    """Measure and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="does it run? nothing is written")
    arguments = parser.parse_args()
    rounds = 1 if arguments.quick else arguments.rounds
    with tempfile.TemporaryDirectory() as folder:
        where = [f"cache_folder={folder}", f"run_folder={folder}/run", "training.batch_size=128"]
        for preset, steps in (("tiny", 30), ("base", 4)):
            found = ratios(preset, where, rounds, steps)
            if arguments.quick:
                continue
            against = f"32 bits, particle_transformer_{preset}, batches of 128 jets, 1 thread"
            name = f"bf16_train_vs_fp32_{preset}"
            row = name, median(found), min(found), max(found), "1", against, COMMAND
            print(write_row("backbones", *row))


if __name__ == "__main__":
    main()
