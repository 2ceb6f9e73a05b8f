"""What a run would do, and what it would cost, without doing it."""

import time
from dataclasses import dataclass

import numpy as np
import torch
from rich.console import Group, RenderableType
from rich.table import Table

from vierbein.events.batch import EventBatch
from vierbein.events.table import EventTable
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.jobs import seeds
from vierbein.interfaces.network import Network
from vierbein.training.flops import count

_EVENTS = 512
"""Events that a plan looks at: enough for a mean multiplicity, read in a moment."""


@dataclass(frozen=True)
class Cost:
    """What an arm costs.

    Parameters
    ----------
    what
        The arm, and its tuner.
    parameters
        Of its network.
    tuned
        Of them, those that learn.
    trainings
        Over domains, sizes, seeds and trials.
    flops
        Of all those trainings.
    """

    what: str
    parameters: int
    tuned: int
    trainings: int
    flops: float


def plan(assembly: Assembly) -> RenderableType:
    """Describe stages, arms, parameters, FLOPs and the time they would take here.

    Parameters
    ----------
    assembly
        Of a run; nothing of it is written.

    Returns
    -------
    RenderableType
        For the terminal.
    """
    settings, compare = assembly.settings, assembly.settings.compare
    costs, speed = _costs(assembly)
    table = Table("arm", "parameters", "tuned", "trainings", "FLOPs", title=settings.title)
    for cost in costs:
        flops = f"{cost.flops:.2g}"
        table.add_row(
            cost.what, f"{cost.parameters:,}", f"{cost.tuned:,}", str(cost.trainings), flops
        )
    workers = max(1, compare.workers)
    minutes = sum(cost.flops for cost in costs) / speed / workers / 60
    return Group(
        table,
        f"stages: {', '.join(settings.stages)}",
        f"target domains: {', '.join(assembly.targets)}; labelled events: {compare.sizes}",
        f"seeds: {compare.seeds}; run folder: {settings.run_folder}",
        f"training: about {minutes:.1f} min here, by {workers} processes of {speed:.2g} FLOP/s",
        "on top come reading events, scores of the test events, safeguards and hardware",
        "Nothing was done.",
    )


def _costs(assembly: Assembly) -> tuple[list[Cost], float]:
    compare, batch = assembly.settings.compare, assembly.settings.training.batch_size
    domain = next(iter(assembly.targets.values()))
    events = domain.peek()
    events = events.take(torch.arange(min(_EVENTS, len(events))))
    samples = len(assembly.targets) * len(compare.sizes) * len(seeds(assembly))
    made: list[tuple[str, Network, int]] = []
    for name, tuner in assembly.tuners.items():
        network, _ = assembly.from_base(domain, None, assembly.settings.seed)
        tuner.apply(network)
        made.append((f"fine_tuned-{name}", network, samples * compare.trials))
    trials = samples * compare.trials * max(1, len(assembly.tuners))
    table = EventTable.of(events)
    twins = [arm for arm in compare.arms if "twin" in arm]
    for arm in twins:
        is_smaller = arm == "smaller_twin"
        network = assembly.from_scratch(domain, table, 0, is_smaller=is_smaller)
        made.append((arm, network, trials))
    numbers = events.num_particles.numpy()
    costs = []
    speed = 0.0
    for what, network, trainings in made:
        per_event = count(network, assembly.task, table).of_steps(numbers) / len(events)
        parameters = list(network.parameters())
        tuned = sum(p.numel() for p in parameters if p.requires_grad)
        total = per_event * batch * compare.steps * trainings
        if what == "twin_equal_flops_with_pretraining" and assembly.base is not None:
            total += assembly.base.card["training"]["flops"] * trainings
        costs.append(Cost(what, sum(p.numel() for p in parameters), tuned, trainings, total))
        if not speed:  # of the first arm, for all: they are of one kind
            speed = _speed(assembly, network, events, per_event)
    return costs, speed


def _speed(assembly: Assembly, network: Network, events: EventBatch, per_event: float) -> float:
    """Measure FLOP/s of a step, on one thread as a worker has it."""
    torch.set_num_threads(assembly.settings.training.threads)
    size = min(assembly.settings.training.batch_size, len(events))
    some = events.take(torch.from_numpy(np.argsort(events.num_particles.numpy())[:size]))
    seconds = []
    for _ in range(3):
        begun = time.perf_counter()
        loss = assembly.task.loss(network(some), some).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        seconds.append(time.perf_counter() - begun)
    return per_event * size / float(np.median(seconds))
