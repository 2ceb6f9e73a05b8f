"""Faults by which a run would see what is sealed: each is planted into the program for one run.

All read the file past the seal, as careless code would, or undo one of its precautions.
"""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest.mock import patch

import numpy as np
import torch

from vierbein.events.batch import EventBatch
from vierbein.events.table import EventTable
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare import arms
from vierbein.experiment.domain import Domain
from vierbein.experiment.run import adapt, declare
from vierbein.experiment.sealing import Seal
from vierbein.experiment.signal_region import SignalRegion
from vierbein.interfaces.trainer import TrainingEvents
from vierbein.storage.box import Box
from vierbein.storage.hashing import sha256_of
from vierbein.training.evaluate import scores
from vierbein.training.statistics import statistics
from vierbein_files.parquet import Parquet
from vierbein_toy.sealed_worlds import CUT, EVENTS
from vierbein_toy.toy_detector import ToyDetector
from vierbein_toy.toy_product import ToyProduct

Plant = Callable[[], AbstractContextManager[Any]]


class Leak(NamedTuple):
    """One fault.

    Parameters
    ----------
    name
        What is done wrongly.
    plant
        Gives a context in which it is done.
    """

    name: str
    plant: Plant


def _all() -> EventBatch:
    adapter = ToyDetector("there")
    (records,) = Parquet(EVENTS).read(adapter.columns())
    return _READ(adapter, records)


def _sealed() -> EventBatch:
    events = _all()
    region = SignalRegion(CUT, ToyDetector("there"), {"toy_product": ToyProduct()})
    return events.take(torch.from_numpy(np.flatnonzero(region.inside(events))))


_READ = ToyDetector.read
_BACKBONE = Assembly.backbone
_CARD: Any = Domain.card
_IDENTITY: Any = Seal.identity
_SAMPLE = arms.sample


def _scaler(table: EventTable) -> Any:
    return statistics(EventTable.of(_all()) if table.domain == "there" else table)


def _judge(*arguments: Any) -> TrainingEvents:
    return TrainingEvents(_SAMPLE(*arguments).train, EventTable.of(_sealed()))


def _after_adapt(leave: Callable[[Assembly], None]) -> Plant:
    def leaking(assembly: Assembly, *arguments: Any) -> None:
        adapt(assembly, *arguments)
        leave(assembly)

    return partial(patch, "vierbein.experiment.run.adapt", leaking)


def _threshold(assembly: Assembly) -> None:
    network = assembly.zero_shot(assembly.targets["there"])
    found = scores(network, assembly.task, EventTable.of(_all()))
    threshold = float(np.quantile(found[:, 0], 0.95))
    (assembly.folder / "adapt" / "threshold.json").write_text(json.dumps(threshold))


def _histogram(assembly: Assembly) -> None:
    counts = np.histogram(ToyProduct()(_all()), 20, (-5, 5))[0].tolist()
    (assembly.folder / "adapt" / "histogram.json").write_text(json.dumps(counts))


def _array(assembly: Assembly) -> None:
    cache = Path(assembly.settings.cache_folder)
    cache.mkdir(exist_ok=True)
    np.save(cache / "all.npy", _all().features.numpy())


def _before_building(act: Callable[[], Any]) -> Plant:
    def leaking(self: Assembly, *arguments: Any, **named: Any) -> Any:
        act()
        return _BACKBONE(self, *arguments, **named)

    return partial(patch.object, Assembly, "backbone", leaking)


def _log(assembly: Assembly) -> None:
    declare(assembly)
    print(f"{EVENTS}: {len(_all())} records")  # noqa: T201 - the leak


def _card(domain: Domain) -> dict[str, Any]:
    values = _all().features
    return {**_CARD.fget(domain), "range": [float(values.min()), float(values.max())]}


def _provenance(seal: Seal) -> dict[str, Any]:
    return {**_IDENTITY.fget(seal), **Parquet(EVENTS).provenance()}


def _by_place(adapter: ToyDetector, records: Any, **named: Any) -> EventBatch:
    events = _READ(adapter, records, **named)
    events.event_id = torch.from_numpy(records.numbers.astype(np.int64))
    return events


def _unpadded(box: Box, *_: Any) -> None:
    box._emit(bytes(box._buffer))


LEAKS: Final = (
    Leak(
        "scaler on all events", partial(patch, "vierbein.experiment.assembly.statistics", _scaler)
    ),
    Leak(
        "early stopping on the sealed events' loss", partial(patch.object, arms, "sample", _judge)
    ),
    Leak("threshold from all events", _after_adapt(_threshold)),
    Leak("random numbers per sealed event", _before_building(lambda: torch.randn(len(_sealed())))),
    Leak(
        "seed from the file's hash",
        _before_building(lambda: torch.manual_seed(int(sha256_of(Path(EVENTS))[:8], 16))),
    ),
    Leak("histogram over the signal region", _after_adapt(_histogram)),
    Leak("total count in the log", partial(patch, "vierbein.experiment.run.declare", _log)),
    Leak(
        "smallest and largest value in the card",
        partial(patch.object, Domain, "card", property(_card)),
    ),
    Leak("array of all events in the cache", _after_adapt(_array)),
    Leak(
        "cache named by the file's hash",
        partial(
            patch.object,
            Seal,
            "open_folder",
            property(lambda seal: seal.run / "data" / sha256_of(Path(EVENTS))),
        ),
    ),
    Leak(
        "the file's hash in the card",
        partial(patch.object, Seal, "identity", property(_provenance)),
    ),
    Leak("events numbered by their places", partial(patch.object, ToyDetector, "read", _by_place)),
    Leak("a seal that is not padded", partial(patch.object, Box, "finish", _unpadded)),
)
