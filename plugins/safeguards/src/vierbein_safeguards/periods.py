"""Run periods: parts of a target domain's events that were taken one after another."""

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray

from vierbein.events.table import EventTable
from vierbein_safeguards.errors import NotThereError

Places = Int[NDArray[np.int64], " event"]


def periods_of(events: EventTable, name: str, num: int) -> dict[str, Places]:
    """Part events by run period.

    Parameters
    ----------
    events
        In the order in which they were taken.
    name
        Of the event feature or truth that numbers the periods; empty for consecutive blocks.
    num
        Of blocks; one is no partition.

    Returns
    -------
    dict
        Places of each period's events, by its name; empty for one block.

    Raises
    ------
    NotThereError
        If there is no event feature or truth of that name.
    """
    if not name:
        blocks = np.array_split(np.arange(len(events)), num) if num > 1 else []
        return {f"block {at} of {num}": block for at, block in enumerate(blocks, 1) if len(block)}
    columns = {
        **events.truths(),
        **dict(
            zip(
                events.schema.event_names,
                np.asarray(events.event_features[events.positions]).T,
                strict=True,
            )
        ),
    }
    if name not in columns:
        raise NotThereError("period", name, tuple(columns))
    values = columns[name]
    return {f"{name} {value:g}": np.flatnonzero(values == value) for value in np.unique(values)}
