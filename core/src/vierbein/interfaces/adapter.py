"""Adapters: what a collaboration publishes for its detector."""

from abc import ABC
from collections.abc import Mapping

from vierbein.events.batch import EventBatch
from vierbein.events.mapping import Mapping as EventMapping
from vierbein.events.records import Records
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.projection import Projection


class Adapter(ABC):
    """A detector's records -> events in a declared schema.

    An adapter is a mapping, which is data and travels in a bundle. One that a mapping alone cannot
    express overrides `read`, and `columns` where it reads others.

    Parameters
    ----------
    mapping
        How columns become events.
    stand_ins
        What stands in for a base's features that this detector does not measure, by name.
    """

    mapping: EventMapping
    stand_ins: Mapping[str, float]

    def __init__(self, mapping: EventMapping, stand_ins: Mapping[str, float] = {}) -> None:
        self.mapping, self.stand_ins = mapping, dict(stand_ins)

    @property
    def domain(self) -> str:
        """The detector domain of the events."""
        return self.mapping.domain

    @property
    def schema(self) -> FeatureSchema:
        """Names, units and roles of the features that it gives."""
        return self.mapping.schema

    def columns(self, *, labelled: bool = True) -> tuple[str, ...]:
        """Name the columns that it reads, sorted.

        Parameters
        ----------
        labelled
            Whether truth and event weights are among them; measured events have neither.

        Returns
        -------
        tuple
            Their names as the file has them.
        """
        return self._mapping(labelled=labelled).columns()

    def read(self, records: Records, *, labelled: bool = True) -> EventBatch:
        """Select and convert records; see `Mapping.read` for what is refused.

        Parameters
        ----------
        records
            A run of them, with at least its columns.
        labelled
            Whether truth and event weights are read; without, weights are one.

        Returns
        -------
        EventBatch
            The events that pass the cuts.
        """
        return self._mapping(labelled=labelled).read(records)

    def start(self, projection: Projection, base: str) -> None:  # noqa: B027 - most have nothing to set
        """Set where a projection starts from, if not at the identity.

        Parameters
        ----------
        projection
            From this adapter's features to a base's, at the identity.
        base
            The sha256 of the base's parameters.
        """

    def _mapping(self, *, labelled: bool) -> EventMapping:
        return self.mapping if labelled else self.mapping.unlabelled()
