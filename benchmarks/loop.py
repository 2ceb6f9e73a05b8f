"""Measure what the training loop adds to a step: against the same steps in a bare torch loop.

Both train the quick start's tiny network on the shipped jets with the same batches and the same
optimiser, in turn; the loop's looks at the validation events are left out of both.
"""

import copy
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path
from statistics import median

import torch

from rows import write_row
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.run import configure
from vierbein.interfaces.network import Network
from vierbein.interfaces.trainer import Budget, TrainingEvents
from vierbein.training.order import Order
from vierbein.training.trainer import FabricTrainer

RATE = 1e-3


def bare(network: Network, assembly: Assembly, events: TrainingEvents, steps: int) -> float:
    """Time a loop that does nothing but learn."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, fused=True)
    order = Order(events.train.num_particles, assembly.settings.training.batch_size, 0)
    network.train()
    begun = time.perf_counter()
    for step in range(steps):
        batch = events.train.take(order.batch(step))
        loss = (assembly.task.loss(network(batch), batch) * batch.event_weight).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        loss.item()
    return time.perf_counter() - begun


def ours(network: Network, assembly: Assembly, events: TrainingEvents, steps: int) -> float:
    """Time the steps of the framework's loop, between its first and its last."""
    times: list[float] = []

    def watch(step: int, steps: int, loss: float) -> None:  # noqa: ARG001 - the watcher's form
        times.append(time.perf_counter())

    trainer = FabricTrainer(assembly.settings.training, 0, None, watch)
    trainer.fit(network, assembly.task, events, Budget(steps + 1, RATE))
    return times[steps] - times[0]


def main() -> None:
    """Measure and write the row."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--steps", type=int, default=60)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cache = [f"cache_folder={folder}", f"run_folder={folder}/run", "training.looks=1"]
        assembly = Assembly(configure("quickstart", cache))
        domain = assembly.source
        few = domain.events("validation", 64)
        events = TrainingEvents(domain.events("train"), few)
        start = assembly.from_scratch(domain, events.train, 0).requires_grad_()
        torch.set_num_threads(1)
        ratios = []
        for index in range(arguments.rounds):
            first = bare(copy.deepcopy(start), assembly, events, arguments.steps)
            second = ours(copy.deepcopy(start), assembly, events, arguments.steps)
            ratios.append(second / first)
            print(f"round {index + 1} of {arguments.rounds}: {ratios[-1]:.3f}")
    row = write_row(
        "main",
        "loop_overhead_vs_bare",
        median(ratios),
        min(ratios),
        max(ratios),
        "1",
        "a bare torch loop with the same batches, optimiser and clipping",
        f"python benchmarks/{Path(__file__).name}",
    )
    print(row)


if __name__ == "__main__":
    main()
