"""Adapters: what a collaboration publishes for its detector."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from vierbein.events.batch import EventBatch
from vierbein.events.mapping import Mapping as EventMapping
from vierbein.events.records import Records
from vierbein.events.schema import FeatureSchema


class Adapter(ABC):
    """A detector's records -> events in a declared schema.

    Most adapters are a `Mapping`, which is data and travels in a bundle; one that a mapping cannot
    express overrides `read` and gives its own `columns` and `schema` beside.
    """

    @property
    @abstractmethod
    def mapping(self) -> EventMapping:
        """How columns become events."""

    @property
    def stand_ins(self) -> Mapping[str, float]:
        """What stands in for a base's features that this detector does not measure, by name."""
        return {}

    @property
    def domain(self) -> str:
        """The detector domain of the events."""
        return self.mapping.domain

    @property
    def schema(self) -> FeatureSchema:
        """Names, units and roles of the features that it gives."""
        return self.mapping.schema

    def read(self, records: Records) -> EventBatch:
        """Select and convert records; see `Mapping.read` for what is refused."""
        return self.mapping.read(records)
