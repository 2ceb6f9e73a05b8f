"""The stage that makes a base, where the configuration names none."""

from dataclasses import asdict, replace
from typing import Any

import numpy as np

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.measurable import check_measurable
from vierbein.interfaces.network import Network
from vierbein.interfaces.trainer import Budget, Fit, TrainingEvents
from vierbein.provenance import versions
from vierbein.storage.atomic import new_folder
from vierbein.storage.parameters import write_parameters
from vierbein.training.evaluate import scores
from vierbein.training.statistics import statistics
from vierbein.training.trainer import FabricTrainer, Watcher


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
    UndefinedMetricError
        If the source domain's test events cannot judge it.
    """
    folder = assembly.folder / "pretrain"
    if assembly.settings.base is not None or (folder / "base").exists():
        return 0.0
    settings, source = assembly.settings.pretrain, assembly.source
    check_measurable(assembly.task, source, assembly.settings.compare.test_events)
    events = TrainingEvents(source.events("train"), source.events("validation"))
    network = assembly.from_scratch(source, events.train, assembly.settings.seed)
    trainer = FabricTrainer(
        replace(assembly.settings.training, batch_size=settings.batch_size),
        assembly.settings.seed,
        folder / "checkpoint.safetensors",
        watcher,
    )
    fit = trainer.fit(
        network, assembly.task, events, Budget(settings.steps, settings.learning_rate)
    )
    with new_folder(folder / "base") as temporary:
        kept = {k: v for k, v in network.state_dict().items() if not k.startswith("projection.")}
        write_parameters(temporary, kept, _card(assembly, network, fit, events))
    (folder / "checkpoint.safetensors").unlink(missing_ok=True)
    return fit.seconds


def _card(assembly: Assembly, network: Network, fit: Fit, events: TrainingEvents) -> dict[str, Any]:
    source, settings = assembly.source, assembly.settings
    test = source.events("test", settings.compare.test_events)
    figures = assembly.task.figures(
        scores(network, assembly.task, test), test.truths(), test.weights
    )
    seen = np.sort(np.concatenate([events.train.ids, events.validation.ids]))
    return {
        "kind": "base",
        "name": settings.name,
        "licence": settings.pretrain.licence,
        "schema": network.backbone.schema.to_json(),
        "statistics": {name: list(pair) for name, pair in statistics(events.train).items()},
        "backbone": assembly.configuration["backbone"],
        "task": assembly.configuration["task"],
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
        "figures": [figure.to_json() for figure in figures],
        "versions": versions(),
    }
