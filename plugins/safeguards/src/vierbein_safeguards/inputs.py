"""What the monitors look at: the base's representation, and observables beside it."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from vierbein.events.buckets import batches
from vierbein.events.table import EventTable
from vierbein.interfaces.run_view import RunView
from vierbein_safeguards.errors import NoObservablesError

INPUTS = ("latent", "raw")
"""The base's representation, and physics observables that no network has touched."""

Inputs = Mapping[str, Float[NDArray[np.float64], "_event _column"]]
"""By the names in `INPUTS`; samples differ in their events, and inputs in their columns."""

_BATCH = 128


def see(view: RunView, domain: str, split: str, max_events: int) -> Inputs:
    """Represent the first events of a split, and compute their observables.

    Parameters
    ----------
    view
        The run.
    domain
        Which domain.
    split
        Which of its splits.
    max_events
        How many events at most.

    Returns
    -------
    dict
        One row an event, in the split's order, by the names in `INPUTS`.

    Raises
    ------
    NoObservablesError
        If the run has no observables.
    """
    table = view.events(domain, split)
    return look_at(view, table.choose(np.arange(min(len(table), max_events))))


def look_at(view: RunView, table: EventTable) -> Inputs:
    """Represent events, and compute their observables.

    Parameters
    ----------
    view
        The run.
    table
        Events of any of its domains.

    Returns
    -------
    dict
        One row an event, in the table's order, by the names in `INPUTS`.

    Raises
    ------
    NoObservablesError
        If the run has no observables.
    """
    parts = batches(table.num_particles, _BATCH, None)
    if not parts:
        return {inputs: np.zeros((0, 1)) for inputs in INPUTS}
    latent, raw = [], []
    for part in parts:
        events = table.take(part)
        observables = view.observables(events)
        if not observables:
            raise NoObservablesError
        latent.append(view.represent(events).detach().cpu().numpy())
        raw.append(np.stack([observables[name] for name in sorted(observables)], axis=1))
    back = np.argsort(np.concatenate(parts))
    return {
        inputs: np.concatenate(columns)[back].astype(np.float64)
        for inputs, columns in zip(INPUTS, (latent, raw), strict=True)
    }
