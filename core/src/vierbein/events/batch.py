"""The batch of events that everything downstream of an adapter sees."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from vierbein.errors.features import UnknownFeatureError
from vierbein.events.jagged import entries_of, scatter_all, slots
from vierbein.events.schema import FeatureSchema


@dataclass(frozen=True)
class Padded:
    """The padded layout of a batch: one row of slots an event.

    Parameters
    ----------
    p4
        Four-momenta (E, px, py, pz) in GeV, metric (+,-,-,-); zero in empty slots.
    features
        Per-particle features; zero in empty slots.
    mask
        True where a slot holds a real particle.
    """

    p4: Float[Tensor, "event slot 4"]
    features: Float[Tensor, "event slot feature"]
    mask: Bool[Tensor, "event slot"]


class EventBatch:
    """Events in a declared schema: jagged first, padded on demand.

    Parameters
    ----------
    schema
        Names, units and roles of the features.
    p4
        Four-momenta (E, px, py, pz) in GeV, event after event.
    features
        Per-particle features, columns as in `schema.features`.
    offsets
        Where each event's particles begin, and the end.
    pdg
        PDG particle codes, where the detector identifies particles.
    event_features
        Per-event features, columns as in `schema.event_features`.
    truth
        Generator-level labels by name, one value an event.
    event_weight
        Monte Carlo weights, which may be negative; ones if not given.
    event_id
        Unique numbers of the events, by which splits are made.
    domain
        The detector domain that the events belong to.
    """

    def __init__(  # noqa: PLR0913 - the data contract names its fields
        self,
        schema: FeatureSchema,
        p4: Float[Tensor, "particle 4"],
        features: Float[Tensor, "particle feature"],
        offsets: Int[Tensor, " events_and_one"],
        *,
        pdg: Int[Tensor, " particle"] | None = None,
        event_features: Float[Tensor, "event event_feature"] | None = None,
        truth: Mapping[str, Tensor] | None = None,
        event_weight: Float[Tensor, " event"] | None = None,
        event_id: Int[Tensor, " event"] | None = None,
        domain: str = "",
    ) -> None:
        num_events = len(offsets) - 1
        self.schema = schema
        self.p4 = p4
        self.features = features
        self.offsets = offsets
        self.pdg = pdg
        self.truth = dict(truth or {})
        self.event_weight = p4.new_ones(num_events) if event_weight is None else event_weight
        self.event_features = _or_none(event_features, self.event_weight)
        self.event_id = torch.arange(num_events, device=p4.device) if event_id is None else event_id
        self.domain = domain

    @classmethod
    def from_padded(
        cls,
        schema: FeatureSchema,
        padded: Padded,
        event_features: Float[Tensor, "event event_feature"] | None = None,
    ) -> "EventBatch":
        """Take events as padded blocks; the jagged columns are made only if something reads them.

        Exporters trace this layout, in which nothing depends on the data's own lengths.
        """
        events = cls.__new__(cls)
        num_events, p4 = padded.mask.shape[0], padded.p4
        events.schema, events.padded, events.pdg = schema, padded, None
        events.truth, events.domain = {}, ""
        events.event_weight = p4.new_ones(num_events)
        events.event_features = _or_none(event_features, events.event_weight)
        events.event_id = torch.arange(num_events, device=p4.device)
        return events

    @cached_property
    def p4(self) -> Float[Tensor, "particle 4"]:
        """Four-momenta in GeV, event after event."""
        return self.padded.p4[self.padded.mask]

    @cached_property
    def features(self) -> Float[Tensor, "particle feature"]:
        """Per-particle features, event after event."""
        return self.padded.features[self.padded.mask]

    @cached_property
    def offsets(self) -> Int[Tensor, " events_and_one"]:
        """Where each event's particles begin, and the end."""
        ends = self.padded.mask.sum(1).cumsum(0)
        return torch.cat([ends.new_zeros(1), ends])

    def __len__(self) -> int:
        return self.event_id.shape[0]

    @property
    def num_particles(self) -> Int[Tensor, " event"]:
        """How many real particles each event has."""
        return self.offsets.diff()

    @cached_property
    def padded(self) -> Padded:
        """The same events as padded blocks, made once."""
        (p4, features), mask = scatter_all([self.p4, self.features], self.offsets)
        return Padded(p4, features, mask)

    def feature(self, name: str) -> Float[Tensor, " particle"]:
        """Give one per-particle feature by its name.

        Parameters
        ----------
        name
            As the schema has it.

        Returns
        -------
        Tensor
            One value a particle, in the schema's unit.

        Raises
        ------
        UnknownFeatureError
            If the schema has no such feature.
        """
        if name not in self.schema.names:
            raise UnknownFeatureError("feature", name, self.schema.names)
        return self.features[:, self.schema.names.index(name)]

    def truth_of(self, name: str) -> Tensor:
        """Give one truth by its name.

        Parameters
        ----------
        name
            As the adapter gives it.

        Returns
        -------
        Tensor
            One value an event.

        Raises
        ------
        UnknownFeatureError
            If the events carry no such truth.
        """
        if name not in self.truth:
            raise UnknownFeatureError("truth", name, tuple(self.truth))
        return self.truth[name]

    def map_features(
        self,
        schema: FeatureSchema,
        function: Callable[[Tensor], Tensor],
        event_features: Float[Tensor, "event event_feature"] | None = None,
    ) -> "EventBatch":
        """Replace the per-particle features by a function of each particle's own.

        Works in the layout that is held, so that a padded batch stays traceable.

        Parameters
        ----------
        schema
            Of the new features.
        function
            Of the features in that layout, along the last axis.
        event_features
            The new per-event ones; the old ones stay if not given.

        Returns
        -------
        EventBatch
            The same events otherwise.
        """
        per_event = self.event_features if event_features is None else event_features
        if "p4" in self.__dict__:
            features = function(self.features)
            return self._with(schema=schema, features=features, event_features=per_event)
        mask = self.padded.mask
        features = function(self.padded.features).masked_fill(~mask.unsqueeze(-1), 0.0)
        padded = Padded(self.padded.p4, features, mask)
        return EventBatch.from_padded(schema, padded, per_event)

    def spread(self, per_event: Float[Tensor, "event value"]) -> Tensor:
        """Give each particle its event's values, in the layout that `map_features` works in."""
        if "p4" in self.__dict__:
            return per_event.repeat_interleave(self.num_particles, dim=0)
        return per_event.unsqueeze(1).expand(-1, self.padded.mask.shape[1], -1)

    def take(self, events: Int[Tensor, " taken"]) -> "EventBatch":
        """Choose events by position, in the order given."""
        entries, offsets = entries_of(self.offsets.cpu().numpy(), events.cpu().numpy())
        flat = torch.from_numpy(entries).to(self.p4.device)
        return self._with(
            p4=self.p4[flat],
            features=self.features[flat],
            offsets=torch.from_numpy(offsets).to(self.p4.device),
            pdg=None if self.pdg is None else self.pdg[flat],
            event_features=self.event_features[events],
            truth={name: values[events] for name, values in self.truth.items()},
            event_weight=self.event_weight[events],
            event_id=self.event_id[events],
        )

    def leading(self, num: int) -> "EventBatch":
        """Keep at most the first `num` particles of each event."""
        _, slot = slots(self.offsets)
        kept = slot < num
        ends = torch.cumsum(self.num_particles.clamp(max=num), 0)
        return self._with(
            p4=self.p4[kept],
            features=self.features[kept],
            offsets=torch.cat([ends.new_zeros(1), ends]),
            pdg=None if self.pdg is None else self.pdg[kept],
        )

    def to(self, device: torch.device | str, dtype: torch.dtype | None = None) -> "EventBatch":
        """Move to a device; floating-point columns also to `dtype`."""

        def move(values: Tensor) -> Tensor:
            return values.to(device, dtype) if values.is_floating_point() else values.to(device)

        return self._with(
            p4=move(self.p4),
            features=move(self.features),
            offsets=self.offsets.to(device),
            pdg=None if self.pdg is None else self.pdg.to(device),
            event_features=move(self.event_features),
            truth={name: move(values) for name, values in self.truth.items()},
            event_weight=move(self.event_weight),
            event_id=self.event_id.to(device),
        )

    def _with(self, **changes: object) -> "EventBatch":
        fields: dict[str, Any] = {name: getattr(self, name) for name in _FIELDS} | changes
        return EventBatch(**fields)

    @classmethod
    def concatenate(cls, batches: Sequence["EventBatch"]) -> "EventBatch":
        """Join batches of one schema, one domain and one set of truths, in order."""
        first = batches[0]
        pdg = [batch.pdg for batch in batches if batch.pdg is not None]
        has_pdg = len(pdg) == len(batches)
        ends = torch.cat([batch.num_particles for batch in batches]).cumsum(0)
        return cls(
            first.schema,
            torch.cat([batch.p4 for batch in batches]),
            torch.cat([batch.features for batch in batches]),
            torch.cat([ends.new_zeros(1), ends]),
            pdg=torch.cat(pdg) if has_pdg else None,
            event_features=torch.cat([batch.event_features for batch in batches]),
            truth={name: torch.cat([b.truth[name] for b in batches]) for name in first.truth},
            event_weight=torch.cat([batch.event_weight for batch in batches]),
            event_id=torch.cat([batch.event_id for batch in batches]),
            domain=first.domain,
        )


def _or_none(
    event_features: Float[Tensor, "event event_feature"] | None, like: Float[Tensor, " event"]
) -> Float[Tensor, "event event_feature"]:
    return like.new_zeros(like.shape[0], 0) if event_features is None else event_features


_FIELDS = (
    "schema",
    "p4",
    "features",
    "offsets",
    "pdg",
    "event_features",
    "truth",
    "event_weight",
    "event_id",
    "domain",
)
