"""Events of a domain whose signal region is sealed while they are read."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from vierbein.errors.blinding import (
    NothingOpenError,
    SealOverflowError,
    SignalRegionError,
    UntoldError,
)
from vierbein.errors.records import MissingColumnError, UnreadableFileError, UnusableColumnError
from vierbein.events.batch import EventBatch
from vierbein.events.sealed import Sealed
from vierbein.experiment.conversion import Converted, convert
from vierbein.experiment.settings import BadRecords
from vierbein.experiment.signal_region import SignalRegion
from vierbein.interfaces.adapter import Adapter
from vierbein.interfaces.dataset import Dataset
from vierbein.storage.act_log import LOG, ActLog
from vierbein.storage.box import Box
from vierbein.storage.hashing import sha256_of

_TELLS_NOTHING: Final = (
    MissingColumnError,
    UnusableColumnError,
    UnreadableFileError,
    SignalRegionError,
    SealOverflowError,
)
"""Errors that speak of a file as a whole, or of the configuration."""


def _forget(sealed: Sealed, set_aside: int) -> None:
    """Keep nothing of sealed events."""


@dataclass(frozen=True)
class Seal:
    """What a run has declared of a domain: which events are sealed, for whom, and where.

    Parameters
    ----------
    region
        Where the sealed events lie.
    custodian
        The public key that they are sealed for.
    megabytes
        Size of the box.
    run
        The run's folder.
    configuration
        The hash of the run's configuration.
    """

    region: SignalRegion
    custodian: str
    megabytes: int
    run: Path
    configuration: str

    @property
    def open_folder(self) -> Path:
        """Where the open events are kept: in the run, whose own they are."""
        return self.run / "data" / self.region.domain

    @property
    def box(self) -> Path:
        """Where the sealed events are kept."""
        return self.run / "seal" / f"{self.region.domain}.box"

    @property
    def identity(self) -> dict[str, Any]:
        """What the open events are, in plain data that know nothing of the sealed ones.

        The records' own hash and size are not among them: they depend on every event.
        """
        return {"part": "open", "signal_region": self.region.cut}

    def read(
        self, dataset: Dataset, adapter: Adapter, bad_records: BadRecords
    ) -> Iterator[EventBatch]:
        """Stream the open events; the sealed ones are encrypted before the last of them is given.

        Parameters
        ----------
        dataset
            Where the records come from.
        adapter
            What makes events of them.
        bad_records
            An error, which says nothing of them, or set aside; how many is sealed too.

        Yields
        ------
        EventBatch
            Open events, in the dataset's order.

        Raises
        ------
        UntoldError
            If a record cannot be read, which may be a sealed one.
        NothingOpenError
            If no event is open.
        SealOverflowError
            If the sealed events need more than the declared size.
        """
        about = {"domain": self.region.domain, "signal_region": self.region.cut}
        about["configuration_sha256"] = self.configuration
        with Box(self.box, self.custodian, self.megabytes, about) as box:
            yield from self.opened(convert(dataset, adapter, bad_records), box.add)
            box.finish(adapter.schema, {"dataset": dataset.provenance()})
        files = {str(self.box.relative_to(self.run)): sha256_of(self.box)}
        details = {**about, "custodian": self.custodian, "files": files}
        ActLog(self.run / LOG).append("sealed", details)

    def opened(
        self, converted: Iterator[Converted], keep: Callable[[Sealed, int], None] = _forget
    ) -> Iterator[EventBatch]:
        """Stream the open events of a run of converted ones.

        Parameters
        ----------
        converted
            From `convert`, not begun.
        keep
            Takes the sealed events, and how many bad records were set aside with them.

        Yields
        ------
        EventBatch
            Open events, in their order.

        Raises
        ------
        UntoldError
            If a record cannot be read.
        NothingOpenError
            If no event is open.
        """

        def parted() -> Iterator[EventBatch]:
            bad = 0  # where all of a run of records are bad, they are counted with the next one
            for events, set_aside in converted:
                bad += set_aside
                if events is not None:
                    opened, sealed = self.region.part(events)
                    keep(sealed, bad)
                    bad = 0
                    if len(opened):
                        yield opened

        num_open = 0
        for events in _told_nothing(parted(), self.region.domain):
            num_open += len(events)
            yield events
        if not num_open:
            raise NothingOpenError(self.region.domain, self.region.cut)


def _told_nothing(events: Iterator[EventBatch], domain: str) -> Iterator[EventBatch]:
    """Pass events on, and neither warnings nor the words of errors, which may hold values."""
    while True:
        batch, fault = None, ""
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                batch = next(events, None)
        except _TELLS_NOTHING:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, its words may be a sealed event's
            fault = type(error).__name__
        if fault:  # raised out here, so that it has no context to show
            raise UntoldError(domain, fault)
        if batch is None:
            return
        yield batch
