"""Records -> events, a run of records at a time."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from vierbein.errors.records import BadRecordsError, NoEventsLeftError
from vierbein.events.batch import EventBatch
from vierbein.experiment.settings import BadRecords
from vierbein.interfaces.adapter import Adapter
from vierbein.interfaces.dataset import Dataset


class Converted(NamedTuple):
    """What became of one run of records.

    Parameters
    ----------
    events
        Of it; None where every record was set aside.
    set_aside
        Bad records of it that were left out.
    """

    events: EventBatch | None
    set_aside: int


def convert(
    dataset: Dataset, adapter: Adapter, bad_records: BadRecords, *, labelled: bool = True
) -> Iterator[Converted]:
    """Stream a dataset's events.

    Parameters
    ----------
    dataset
        Where the records come from.
    adapter
        What makes events of them.
    bad_records
        ``error``, or ``set_aside`` to leave bad ones out, counted.
    labelled
        Whether truth and event weights are read; measured events have neither.

    Yields
    ------
    Converted
        What became of each run of records, in the dataset's order.

    Raises
    ------
    BadRecordsError
        If a record is bad and bad records are an error.
    NoEventsLeftError
        If every record was cut or set aside.
    """
    num_records = num_events = num_bad = 0
    file = ""
    for records in dataset.read(adapter.columns(labelled=labelled)):
        file, left, bad = records.file, records, 0
        num_records += len(records)
        events = None
        while events is None and len(left):
            try:
                events = adapter.read(left, labelled=labelled)
            except BadRecordsError as error:
                if bad_records == "error":
                    raise
                bad += len(error.entries)
                left = left.without(np.array(error.entries))
        num_bad += bad
        num_events += 0 if events is None else len(events)
        del records, left  # a consumer holds one run at a time
        yield Converted(events, bad)
    if num_events == 0:
        raise NoEventsLeftError(adapter.domain, file, num_records, num_bad)
