"""The stage that makes a base, where the configuration names none."""

from dataclasses import asdict, replace
from typing import Any, Final

import numpy as np

from vierbein.errors.runs import ImpossibleSettingError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.measurable import check_measurable
from vierbein.experiment.pretraining import OwnLoss, Pretraining
from vierbein.experiment.probe import record
from vierbein.interfaces.network import Network
from vierbein.interfaces.trainer import Budget, Fit, TrainingEvents
from vierbein.provenance import versions
from vierbein.storage.atomic import new_folder
from vierbein.storage.parameters import write_parameters
from vierbein.training.evaluate import scores
from vierbein.training.statistics import statistics
from vierbein.training.trainer import FabricTrainer, Watcher

SUPERVISED: Final = {"_component_": "objective/vierbein/supervised"}
"""The objective of a configuration that chooses none."""


def pretrain(assembly: Assembly, watcher: Watcher) -> float:
    """Train the backbone on the source domain, and write it as a base.

    Parameters
    ----------
    assembly
        Of the run.
    watcher
        Told after each step.

    Returns
    -------
    float
        Seconds of training; 0 where there was nothing to do.

    Raises
    ------
    ImpossibleSettingError
        If the pooled vector has no more units than are to be spared.
    UndefinedMetricError
        If the source domain's test events cannot judge it.
    """
    folder = assembly.folder / "pretrain"
    if assembly.settings.base is not None or (folder / "base").exists():
        return 0.0
    settings, source = assembly.settings.pretrain, assembly.source
    objective = assembly.objective
    if objective.teaches_head:
        check_measurable(assembly.task, source, assembly.settings.compare.test_events)
    events = TrainingEvents(source.events("train"), source.events("validation"))
    num_spare = settings.spare_units
    network = assembly.from_scratch(
        source, events.train, assembly.settings.seed, num_spare=num_spare
    )
    if num_spare >= (width := network.backbone.width):
        wanted = f"fewer than the backbone's width, {width}"
        raise ImpossibleSettingError("pretrain.spare_units", num_spare, wanted)
    trainer = FabricTrainer(
        replace(assembly.settings.training, batch_size=settings.batch_size),
        assembly.settings.seed,
        folder / "checkpoint.safetensors",
        watcher,
    )
    network.head.requires_grad_(objective.teaches_head)
    learner = Pretraining(network, assembly.task, objective)
    budget = Budget(settings.steps, settings.learning_rate)
    fit = trainer.fit(learner, OwnLoss(), events, budget)
    with new_folder(folder / "base") as temporary:
        parts = ("backbone.", "head.") if objective.teaches_head else ("backbone.",)
        kept = {name: t for name, t in network.state_dict().items() if name.startswith(parts)}
        write_parameters(temporary, kept, _card(assembly, network, fit, events))
    (folder / "checkpoint.safetensors").unlink(missing_ok=True)
    return fit.seconds


def _card(assembly: Assembly, network: Network, fit: Fit, events: TrainingEvents) -> dict[str, Any]:
    source, settings = assembly.source, assembly.settings
    has_head = assembly.objective.teaches_head
    outputs = assembly.task.outputs if has_head else ()
    seen = np.sort(np.concatenate([events.train.ids, events.validation.ids]))
    return {
        "kind": "base",
        "name": settings.name,
        "licence": settings.pretrain.licence,
        "schema": network.backbone.schema.to_json(),
        "num_spare": network.spare.num_units,
        "statistics": {name: list(pair) for name, pair in statistics(events.train).items()},
        "backbone": assembly.configuration["backbone"],
        "objective": assembly.configuration.get("objective") or SUPERVISED,
        "task": assembly.configuration["task"] if has_head else None,
        "outputs": list(outputs),
        "source": {"domain": source.name, **source.card},
        "training": {
            "seed": settings.seed,
            "pretrain": asdict(settings.pretrain),
            "settings": asdict(settings.training),
            "best_step": fit.best_step,
            "flops": fit.flops,
            "events": len(seen),
            "history": [asdict(point) for point in fit.history],
        },
        "probe": record(network.backbone, network.head if has_head else None, outputs),
        "figures": _figures(assembly, network) if has_head else [],
        "versions": versions(),
    }


def _figures(assembly: Assembly, network: Network) -> list[dict[str, Any]]:
    task = assembly.task
    test = assembly.source.events("test", assembly.settings.compare.test_events)
    figures = task.figures(scores(network, task, test), test.truths(), test.weights)
    return [figure.to_json() for figure in figures]
