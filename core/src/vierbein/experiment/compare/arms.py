"""Arms: the ways of training that a comparison holds against each other."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vierbein.errors.runs import SampleTooSmallError, TooFewEventsError
from vierbein.events.table import EventTable
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.domain import Domain
from vierbein.experiment.observables import compute
from vierbein.experiment.settings import ArmName
from vierbein.interfaces.liveness import dead_parameters
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.trainer import Budget, Fit, Replay, TrainingEvents
from vierbein.interfaces.tuner import Tuner
from vierbein.storage.atomic import new_folder, write_json
from vierbein.storage.difference import Difference
from vierbein.storage.parameters import write_parameters
from vierbein.training.evaluate import scores
from vierbein.training.flops import count
from vierbein.training.trainer import FabricTrainer

RESULT = "result.json"
SCORES = "scores.npy"
TIMINGS = "timings.json"
_LIVE_EVENTS = 64


@dataclass(frozen=True, order=True)
class ArmJob:
    """One arm on one sample of target events.

    Parameters
    ----------
    domain
        The target domain.
    arm
        Which arm.
    size
        Labelled target events; 0 for the zero-shot network.
    seed
        Of the sample of events, of what starts at random, and of the order.
    steps
        Optimiser steps.
    tuner
        The tuner of a fine-tuned arm.
    """

    domain: str
    arm: ArmName
    size: int
    seed: int
    steps: int
    tuner: str = ""

    @property
    def name(self) -> str:
        """The arm, and the tuner where it has one."""
        return f"{self.arm}-{self.tuner}" if self.tuner else self.arm

    def folder(self, run: Path) -> Path:
        """Where its result is kept."""
        stage = "adapt" if self.arm in ("zero_shot", "fine_tuned") else "compare"
        return run / stage / self.domain / self.name / f"n{self.size}-seed{self.seed}"


def learning_rates(peak: float, trials: int, span: float) -> list[float]:
    """Spread trials evenly in logarithm around a usual learning rate.

    Parameters
    ----------
    peak
        The usual learning rate.
    trials
        How many to try.
    span
        The largest over the usual one, and the usual one over the smallest.

    Returns
    -------
    list
        The trials, rising; the usual one alone if there is one trial.

    Examples
    --------
    >>> [round(r, 2) for r in learning_rates(0.3, 3, 3.0)]
    [0.1, 0.3, 0.9]
    """
    if trials == 1:
        return [peak]
    rates: list[float] = np.geomspace(peak / span, peak * span, trials).tolist()
    return rates


def sample(domain: Domain, size: int, seed: int, validation: float) -> TrainingEvents:
    """Draw labelled target events, none of them from the test split.

    The smaller sample of a seed is part of its larger one.

    Parameters
    ----------
    domain
        The target.
    size
        How many events to draw.
    seed
        Which ones.
    validation
        The share of them that validates.

    Returns
    -------
    TrainingEvents
        Those to train on, and those to validate on.

    Raises
    ------
    TooFewEventsError
        If the domain has fewer.
    SampleTooSmallError
        If none of them would train, or none validate.
    """
    at = np.concatenate([domain.events("train").positions, domain.events("validation").positions])
    if size > len(at):
        raise TooFewEventsError(domain.name, size, len(at), "labelled target events")
    chosen = np.random.default_rng([seed, 1]).permutation(at)[:size]
    table = domain.table
    # Every k-th event validates, so that both parts of the smaller sample lie in the larger one's.
    # The small number keeps 10 * 0.1 from being less than one.
    is_validation = np.diff(np.floor(np.arange(size + 1) * validation + 1e-9)) > 0
    if not 0 < (held := int(is_validation.sum())) < size:
        raise SampleTooSmallError(size, size - held, held)
    return TrainingEvents(table.choose(chosen[~is_validation]), table.choose(chosen[is_validation]))


def with_replay(
    assembly: Assembly, events: TrainingEvents, tuner: Tuner, network: Network
) -> TrainingEvents:
    """Add events of the source domain, where a tuner replays some, for a network from the base."""
    if not tuner.replay or (base := assembly.base) is None:
        return events
    adapter, wanted = assembly.source.adapter, network.backbone.schema
    given = adapter.schema
    # What the base was expanded by, the source domain need not have: there it has its mean.
    lacking = {*wanted.names, *wanted.event_names} - {*given.names, *given.event_names}
    known = dict.fromkeys((*given.names, *given.event_names, *lacking), (0.0, 1.0))
    known |= base.statistics
    means = {name: known[name][0] for name in lacking}
    projection = Projection(given, wanted, known, means | dict(adapter.stand_ins))
    adapter.start(projection, base.sha256)
    source = assembly.source.events("train")
    return replace(events, replay=Replay(tuner.replay, source, projection))


def perform(assembly: Assembly, job: ArmJob) -> None:
    """Run an arm and write its result, scores of the test events and parameters, atomically."""
    folder = job.folder(assembly.folder)
    if folder.exists():
        return
    torch.set_num_threads(assembly.settings.training.threads)  # scores depend on it in the last bit
    domain = assembly.targets[job.domain]
    test = domain.events("test", assembly.settings.compare.test_events)
    with new_folder(folder) as temporary:
        if job.arm == "baseline":
            result, array = _baseline(assembly, job, domain, test)
        elif job.arm == "zero_shot":
            network = assembly.zero_shot(domain)
            assert network is not None  # noqa: S101 - the stage asks for it only where there is one
            result, array = _untrained(network), scores(network, assembly.task, test)
            _keep(temporary, network, assembly, job)
        else:
            network, result, seconds = _trained(assembly, job, domain)
            array = scores(network, assembly.task, test)
            _keep(temporary, network, assembly, job)
            write_json(temporary / TIMINGS, {"seconds": seconds})
        np.save(temporary / SCORES, array, allow_pickle=False)
        write_json(temporary / RESULT, {**asdict(job), **result})


def _keep(folder: Path, network: Network, assembly: Assembly, job: ArmJob) -> None:
    """Write a network as its difference to the base; a twin has none."""
    base = assembly.base if job.arm in ("zero_shot", "fine_tuned") else None
    difference = Difference.of(network.state_dict(), base.parameters if base else {})
    said = {"name": base.name, "sha256": base.sha256} if base else None
    card = {"arm": asdict(job), "base": said, "from_base": dict(difference.from_base)}
    write_parameters(folder, difference.own, card)


def make_network(
    assembly: Assembly, job: ArmJob, domain: Domain, train: EventTable
) -> tuple[Network, list[dict[str, Any]]]:
    """Make the network that an arm begins with, and the table of what it loaded."""
    if job.arm == "fine_tuned":
        network, table = assembly.from_base(domain, train, job.seed)
        assembly.tuners[job.tuner].apply(network)
        return network, table.to_json()
    is_smaller = job.arm == "smaller_twin"
    return assembly.from_scratch(domain, train, job.seed, is_smaller=is_smaller), []


def _trained(
    assembly: Assembly, job: ArmJob, domain: Domain
) -> tuple[Network, dict[str, Any], float]:
    settings = assembly.settings.compare
    events = sample(domain, job.size, job.seed, settings.validation)
    peak, trials = assembly.settings.training.learning_rate, settings.trials * len(assembly.tuners)
    tuner = assembly.tuners[job.tuner] if job.tuner else None
    if tuner is not None:
        peak, trials = tuner.learning_rate, settings.trials
    fits: list[tuple[float, Fit]] = []
    training = assembly.settings.training.stretched(job.steps / settings.steps)
    trainer = FabricTrainer(training, seed=job.seed)
    best: Network | None = None
    dead: tuple[str, ...] = ()
    loaded: list[dict[str, Any]] = []
    for rate in learning_rates(peak, max(1, trials), settings.span):
        network, loaded = make_network(assembly, job, domain, events.train)
        course = tuner.course(network) if tuner is not None else None
        if not fits and tuner is not None:
            events = with_replay(assembly, events, tuner, network)
            first = np.arange(min(_LIVE_EVENTS, len(events.train)))
            dead = dead_parameters(network, events.train.take(first))
        if trainer.flops is None:  # the same for every trial
            trainer = replace(trainer, flops=count(network, assembly.task, events.train))
        fit = trainer.fit(network, assembly.task, events, Budget(job.steps, rate), course)
        if best is None or best_loss(fit) < min(best_loss(other) for _, other in fits):
            best = network
        fits.append((rate, fit))
    assert best is not None  # noqa: S101 - there is at least one trial
    chosen = int(np.argmin([best_loss(fit) for _, fit in fits]))
    result = {
        **_untrained(best),
        "dead": list(dead),
        "loaded": loaded,
        "chosen": chosen,
        "trials": [_trial(rate, fit) for rate, fit in fits],
    }
    return best, result, sum(fit.seconds for _, fit in fits)


def best_loss(fit: Fit) -> float:
    """Give a fit's best validation loss."""
    return min(point.validation_loss for point in fit.history if np.isfinite(point.validation_loss))


def _trial(rate: float, fit: Fit) -> dict[str, Any]:
    return {
        "learning_rate": rate,
        "best_step": fit.best_step,
        "best_loss": best_loss(fit),
        "steps": fit.steps,
        "flops": fit.flops,
        "history": [asdict(point) for point in fit.history],
    }


def _untrained(network: Network) -> dict[str, Any]:
    parameters = list(network.parameters())
    return {
        "num_parameters": sum(p.numel() for p in parameters),
        "num_tuned": sum(p.numel() for p in parameters if p.requires_grad),
        "trials": [],
    }


def _baseline(
    assembly: Assembly, job: ArmJob, domain: Domain, test: EventTable
) -> tuple[dict[str, Any], NDArray[np.float32]]:
    events = sample(domain, job.size, job.seed, assembly.settings.compare.validation)
    at = np.concatenate([events.train.positions, events.validation.positions])
    train = domain.table.choose(at)  # trees stop by no validation: they learn from all events

    def matrix(table: EventTable) -> NDArray[np.float64]:
        return np.stack(list(compute(assembly.observables, table).values()), axis=1)

    trees = assembly.task.baseline(matrix(train), train.truths(), train.weights, job.seed)
    return {"num_parameters": 0, "num_tuned": 0, "trials": []}, trees.scores(matrix(test))
