"""What each column of an event means: names, units and symmetry roles."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from vierbein.errors.features import RepeatedFeatureError, UnknownFeatureError


class Role(StrEnum):
    """How a feature changes when the event is rotated or boosted."""

    SCALAR = "scalar"
    """Does not change under any Lorentz transformation (charge, particle kind)."""
    DETECTOR = "detector"
    """A scalar of the detector's own frame: changes under boosts or rotations (pT, eta, d0)."""
    VECTOR = "vector"
    """One component of a vector in space."""
    FOUR_VECTOR = "four_vector"
    """One component of a four-vector."""


@dataclass(frozen=True)
class Feature:
    """One named column."""

    name: str
    unit: str = "1"
    meaning: str = ""
    role: Role = Role.DETECTOR


@dataclass(frozen=True)
class FeatureSchema:
    """The named columns of an event besides its four-momenta.

    A base's card and an adapter each carry one; they are joined by name.

    Parameters
    ----------
    features
        Columns that every particle has, in order.
    event_features
        Columns that every event has once, in order.

    Raises
    ------
    RepeatedFeatureError
        If a name stands twice: features are joined by name.

    Examples
    --------
    >>> FeatureSchema((Feature("charge", unit="e", role=Role.SCALAR),)).names
    ('charge',)
    """

    features: tuple[Feature, ...] = ()
    event_features: tuple[Feature, ...] = field(default=())

    def __post_init__(self) -> None:
        names = (*self.names, *self.event_names)
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise RepeatedFeatureError(twice)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the per-particle features, in order."""
        return tuple(feature.name for feature in self.features)

    @property
    def event_names(self) -> tuple[str, ...]:
        """Names of the per-event features, in order."""
        return tuple(feature.name for feature in self.event_features)

    def __getitem__(self, name: str) -> Feature:
        for feature in (*self.features, *self.event_features):
            if feature.name == name:
                return feature
        raise UnknownFeatureError("feature", name, (*self.names, *self.event_names))

    def to_json(self) -> dict[str, Any]:
        """Give the schema as plain data, for cards and manifests."""
        return asdict(self)

    def wider(self, other: "FeatureSchema") -> "FeatureSchema":
        """Append the features of another schema that this one does not have."""

        def more(ours: tuple[Feature, ...], theirs: tuple[Feature, ...]) -> tuple[Feature, ...]:
            known = {feature.name for feature in ours}
            return (*ours, *(feature for feature in theirs if feature.name not in known))

        return FeatureSchema(
            more(self.features, other.features), more(self.event_features, other.event_features)
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Sequence[Mapping[str, str]]]) -> "FeatureSchema":
        """Read what `to_json` wrote."""

        def read(columns: Sequence[Mapping[str, str]]) -> tuple[Feature, ...]:
            return tuple(
                Feature(c["name"], c.get("unit", "1"), c.get("meaning", ""), Role(c["role"]))
                for c in columns
            )

        return cls(read(data["features"]), read(data.get("event_features", ())))
