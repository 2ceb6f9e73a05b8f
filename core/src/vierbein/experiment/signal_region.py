"""A signal region: which events of a domain are sealed."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from vierbein.errors.blinding import NoEventIdError, SignalRegionError
from vierbein.errors.features import ExpressionError
from vierbein.events.batch import EventBatch
from vierbein.events.expression import Expression, Value
from vierbein.events.sealed import Sealed
from vierbein.interfaces.adapter import Adapter
from vierbein.interfaces.observable import Observable


class Parted(NamedTuple):
    """Events on both sides of a signal region's border.

    Parameters
    ----------
    open
        Those outside.
    sealed
        Those inside.
    """

    open: EventBatch
    sealed: Sealed


class SignalRegion:
    """The events that fulfil a cut.

    The cut is in the closed language of a mapping's cuts. It names the run's observables, and the
    features, event features and truths of the events. An event for which it has no finite value
    lies inside: what cannot be judged is sealed.

    Parameters
    ----------
    cut
        For example ``jet_mass > 65 and jet_mass < 105``.
    adapter
        Of the domain.
    observables
        The run's, by name.

    Raises
    ------
    SignalRegionError
        If the cut is not in the language, or names what the events do not have, or have twice.
    NoEventIdError
        If the events have no numbers of their own.
    """

    def __init__(self, cut: str, adapter: Adapter, observables: Mapping[str, Observable]) -> None:
        self.cut, self.domain = cut, adapter.domain
        schema, truth = adapter.schema, tuple(adapter.mapping.truth)
        of_events = tuple(feature.name for feature in schema.event_features)
        known = self._known = (*observables, *schema.names, *of_events, *truth)
        if not adapter.mapping.event_id:
            raise NoEventIdError(self.domain)
        try:
            self._expression = Expression(cut)
        except ExpressionError as error:
            raise self._refusal(str(error).partition("\n")[0].removesuffix(".")) from error
        for name in self._expression.columns:
            if known.count(name) != 1:
                reason = f"{name!r} is {'there twice' if name in known else 'not there'}"
                raise self._refusal(reason, name)
        self._observables = {
            name: observable
            for name, observable in observables.items()
            if name in self._expression.columns
        }
        self._truths = sorted({*truth} & {*self._expression.columns})

    def inside(self, events: EventBatch) -> NDArray[np.bool_]:
        """Say which events lie inside."""
        columns = self._columns(events)
        value = self._expression.evaluate(columns, events.offsets.numpy())
        if value.is_jagged:
            reason = "it has a value for each particle (sum, max and min take them)"
            raise self._refusal(reason)
        found = np.broadcast_to(value.array, (len(events),)).astype(np.float64)
        inside: NDArray[np.bool_] = (found != 0) | ~np.isfinite(found)
        for column in columns.values():
            if not column.is_jagged:
                inside = inside | ~np.isfinite(column.array.astype(np.float64))
        return inside

    def require_unlabelled(self) -> None:
        """Refuse a region that measured events cannot be judged by, because it names a truth."""
        if self._truths:
            reason = f"{self._truths[0]!r} is a truth, which measured events do not have"
            raise self._refusal(reason)

    def part(self, events: EventBatch) -> Parted:
        """Part events into open and sealed ones, in their order."""
        inside = torch.from_numpy(self.inside(events))
        opened, sealed = torch.nonzero(~inside).flatten(), torch.nonzero(inside).flatten()
        return Parted(events.take(opened), Sealed(events.take(sealed)))

    def _columns(self, events: EventBatch) -> dict[str, Value]:
        wanted, schema = self._expression.columns, events.schema
        columns = {
            **{name: Value(events.feature(name).numpy(), is_jagged=True) for name in schema.names},
            **{
                feature.name: Value(events.event_features[:, place].numpy(), is_jagged=False)
                for place, feature in enumerate(schema.event_features)
            },
            **{name: Value(v.numpy(), is_jagged=False) for name, v in events.truth.items()},
        }
        with torch.inference_mode():
            for name, observable in self._observables.items():
                columns[name] = Value(observable(events).double().numpy(), is_jagged=False)
        return {name: columns[name] for name in wanted}

    def _refusal(self, reason: str, name: str = "") -> SignalRegionError:
        return SignalRegionError(self.domain, self.cut, reason, self._known, name)
