"""The learned map from a detector's features to those that a base was pretrained on."""

import warnings
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from vierbein.errors.features import FeatureMismatchError, UnitMismatchError
from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema

Statistics = Mapping[str, tuple[float, float]]
"""Mean and standard deviation of each feature, of particles and of events, by name."""


class Projection(nn.Module):
    """Join features by name, standardise them, map them to the base's.

    At the start it is the identity where both schemas agree, zero where the detector has more, and
    the declared default where it has less. Per-event features are joined like those of particles;
    one that the base does not know is also shown to every particle of its event, because a base
    may read no event features at all.

    Parameters
    ----------
    given
        What the adapter gives.
    wanted
        What the backbone was built for.
    statistics
        Of every feature in either schema. They belong to the base for the features that it knows.
    stand_ins
        Values, in the features' own units, of those that the detector lacks.

    Raises
    ------
    FeatureMismatchError
        If the detector lacks a feature that has no default.
    UnitMismatchError
        If a name has two units or roles.
    """

    mean: Tensor
    scale: Tensor
    event_mean: Tensor
    event_scale: Tensor

    def __init__(
        self,
        given: FeatureSchema,
        wanted: FeatureSchema,
        statistics: Statistics,
        stand_ins: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__()
        stand_ins = stand_ins or {}
        lacking = [n for n in wanted.names if n not in given.names]
        lacking += [n for n in wanted.event_names if n not in given.event_names]
        if missing := [name for name in lacking if name not in stand_ins]:
            raise FeatureMismatchError(missing, (*given.names, *given.event_names))
        self.wanted = wanted
        more = [f for f in given.event_features if f.name not in wanted.event_names]
        of_particles = [f.name for f in given.features if f.name not in wanted.names]
        self.extra = (*of_particles, *(f.name for f in more))
        self.defaulted = tuple(lacking)
        self._shared = [given.event_names.index(feature.name) for feature in more]
        self.linear = _linear(given.features, wanted.features, statistics, stand_ins, len(more))
        for name, values in _moments((*given.features, *more), statistics).items():
            self.register_buffer(name, values)
        self.event_linear: nn.Linear | None = None
        if wanted.event_features:
            of_events = given.event_features
            self.event_linear = _linear(of_events, wanted.event_features, statistics, stand_ins)
            for name, values in _moments(of_events, statistics).items():
                self.register_buffer(f"event_{name}", values)

    @property
    def reads_event_features(self) -> bool:
        """Whether anything depends on per-event features."""
        return self.event_linear is not None or bool(self._shared)

    def forward(self, events: EventBatch) -> EventBatch:
        """Give the same events in the base's features, standardised."""
        per_event = events.event_features

        def join(features: Tensor) -> Tensor:
            if self._shared:
                shared = events.spread(per_event[:, self._shared])
                features = torch.cat([features, shared], dim=-1)
            joined: Tensor = self.linear((features - self.mean) / self.scale)
            return joined

        joined = per_event[:, :0]
        if self.event_linear is not None:
            joined = self.event_linear((per_event - self.event_mean) / self.event_scale)
        return events.map_features(self.wanted, join, joined)


def _moments(features: Sequence[Feature], statistics: Statistics) -> dict[str, Tensor]:
    moments = [statistics[feature.name] for feature in features]
    return {
        "mean": torch.tensor([mean for mean, _ in moments]),
        "scale": torch.tensor([_scale(std) for _, std in moments]),
    }


def _linear(
    given: Sequence[Feature],
    wanted: Sequence[Feature],
    statistics: Statistics,
    stand_ins: Mapping[str, float],
    num_more: int = 0,
) -> nn.Linear:
    # No random start: the run's random numbers do not depend on what the detector has.
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # no feature is legal
        linear = nn.Linear(len(given) + num_more, len(wanted), device="meta")
    linear = linear.to_empty(device="cpu")
    places = {feature.name: at for at, feature in enumerate(given)}
    with torch.no_grad():
        linear.weight.zero_()
        linear.bias.zero_()
        for row, feature in enumerate(wanted):
            if (at := places.get(feature.name)) is not None:
                _same_meaning(given[at], feature)
                linear.weight[row, at] = 1.0
            else:
                mean, std = statistics[feature.name]
                linear.bias[row] = (stand_ins[feature.name] - mean) / _scale(std)
    return linear


def _scale(std: float) -> float:
    return std if std > 0 else 1.0  # a feature that never varies keeps its scale


def _same_meaning(ours: Feature, theirs: Feature) -> None:
    if (ours.unit, ours.role) != (theirs.unit, theirs.role):
        raise UnitMismatchError(
            ours.name, f"in {theirs.unit} ({theirs.role})", f"in {ours.unit} ({ours.role})"
        )
