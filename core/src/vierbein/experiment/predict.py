"""Scores of a run's network for a file of events, streamed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch

from vierbein.config.build import build
from vierbein.errors.runs import NoReaderError, StageMissingError, UnknownDomainError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.recommended import recommended
from vierbein.experiment.conversion import convert
from vierbein.experiment.runs import read
from vierbein.experiment.stages.compare import COMPARISON
from vierbein.interfaces.dataset import Columns, Dataset
from vierbein.registry.installed import Registry, installed
from vierbein.storage.atomic import read_json


class Predicted(NamedTuple):
    """What became of a file.

    Parameters
    ----------
    num_events
        Events that were scored.
    set_aside
        Bad records that were not.
    """

    num_events: int
    set_aside: int


def predict(
    run: Path, file: Path, output: Path, domain: str = "", registry: Registry | None = None
) -> Predicted:
    """Write the scores of the network that a run recommends, by event id.

    Neither truth nor event weights are read: measured events have none. Bad records are an error or
    set aside, as the run has it.

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
    Predicted
        How many events were scored, and how many records set aside.

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
    num_events = set_aside = 0

    def runs() -> Iterator[Columns]:
        nonlocal num_events, set_aside
        dataset = _build(reader, file, registry)
        bad_records = assembly.settings.bad_records
        for events, bad in convert(dataset, adapter, bad_records, labelled=False):
            set_aside += bad
            if events is None:
                continue
            with torch.inference_mode():
                scores = task.scores(network(events)).numpy()
            num_events += len(events)
            named = {f"score_{n}": scores[:, i] for i, n in enumerate(task.score_names)}
            yield {"event_id": events.event_id.numpy(), **named}

    registry.load(registry.find("dataset", writer)).write(output, runs())
    return Predicted(num_events, set_aside)


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
