"""Scores of a run's network for a file of events, streamed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from vierbein.config.build import build
from vierbein.errors.runs import NoReaderError, StageMissingError, UnknownDomainError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.recommended import recommended
from vierbein.experiment.runs import read
from vierbein.experiment.stages.compare import COMPARISON
from vierbein.interfaces.dataset import Columns, Dataset
from vierbein.registry.installed import Registry, installed
from vierbein.storage.atomic import read_json


def predict(
    run: Path, file: Path, output: Path, domain: str = "", registry: Registry | None = None
) -> int:
    """Write the scores of the network that a run recommends, by event id.

    Parameters
    ----------
    run
        The run's folder.
    file
        Records in the format that the domain's adapter reads.
    output
        A new file; its suffix says which dataset writes it.
    domain
        The target domain whose adapter reads the file; the run's first one if empty.
    registry
        What is installed; looked up if not given.

    Returns
    -------
    int
        How many events were scored.

    Raises
    ------
    NoReaderError
        If no installed dataset reads or writes such a file.
    UnknownDomainError
        If the run has no such target domain.
    StageMissingError
        If the run has made no comparison.
    """
    registry = registry or installed()
    configuration = read(run)["configuration"] | {"run_folder": str(run)}
    assembly = Assembly(configuration, registry)
    name = domain or next(iter(assembly.targets))
    if name not in assembly.targets:
        raise UnknownDomainError(name, tuple(assembly.targets))
    reader, writer = _dataset(file, registry), _dataset(output, registry)
    if not (comparison := run / "compare" / COMPARISON).exists():
        raise StageMissingError("predict", "compare")
    arm = read_json(comparison)["domains"][name]["recommended"]
    network, _ = recommended(assembly, name, arm)
    adapter, task = assembly.targets[name].adapter, assembly.task
    counted = 0

    def runs() -> Iterator[Columns]:
        nonlocal counted
        dataset = _build(reader, file, registry)
        for records in dataset.read(adapter.mapping.columns()):
            events = adapter.read(records)
            with torch.inference_mode():
                scores = task.scores(network(events)).numpy()
            counted += len(events)
            named = {f"score_{n}": scores[:, i] for i, n in enumerate(task.score_names)}
            yield {"event_id": events.event_id.numpy(), **named}

    registry.load(registry.find("dataset", writer)).write(output, runs())
    return counted


def _dataset(file: Path, registry: Registry) -> str:
    known: dict[str, str] = {}
    for name in registry.names("dataset"):
        loaded: type[Dataset] = registry.load(registry.find("dataset", name))
        known |= dict.fromkeys(loaded.suffixes, name)
    if file.suffix not in known:
        raise NoReaderError(str(file), sorted(known))
    return known[file.suffix]


def _build(name: str, file: Path, registry: Registry) -> Dataset:
    component = registry.find("dataset", name)
    node: dict[str, Any] = {"_component_": f"dataset/{component.qualified}", "path": str(file)}
    dataset: Dataset = build(node, registry)
    return dataset
