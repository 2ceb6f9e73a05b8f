"""The learned map from a detector's features to those that a base was pretrained on."""

import warnings
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from vierbein.errors.features import FeatureMismatchError, UnitMismatchError
from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema

Statistics = Mapping[str, tuple[float, float]]
"""Mean and standard deviation of each feature, by name."""


class Projection(nn.Module):
    """Join features by name, standardise them, map them to the base's.

    At the start it is the identity where both schemas agree, zero where the detector has more, and
    the declared default where it has less.

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

    def __init__(
        self,
        given: FeatureSchema,
        wanted: FeatureSchema,
        statistics: Statistics,
        stand_ins: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__()
        stand_ins = stand_ins or {}
        if missing := [n for n in wanted.names if n not in given.names and n not in stand_ins]:
            raise FeatureMismatchError(missing, given.names)
        self.wanted = wanted
        self.extra = tuple(name for name in given.names if name not in wanted.names)
        self.defaulted = tuple(name for name in wanted.names if name not in given.names)
        of_given = [statistics[name] for name in given.names]
        self.register_buffer("mean", torch.tensor([mean for mean, _ in of_given]))
        self.register_buffer("scale", torch.tensor([_scale(std) for _, std in of_given]))
        # No random start: the run's random numbers do not depend on what the detector has.
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # no feature is legal
            linear = nn.Linear(len(given.names), len(wanted.names), device="meta")
        self.linear = linear.to_empty(device="cpu")
        with torch.no_grad():
            self.linear.weight.zero_()
            self.linear.bias.zero_()
            for row, name in enumerate(wanted.names):
                if name in given.names:
                    _same_meaning(given, wanted, name)
                    self.linear.weight[row, given.names.index(name)] = 1.0
                else:
                    mean, std = statistics[name]
                    self.linear.bias[row] = (stand_ins[name] - mean) / _scale(std)

    def forward(self, events: EventBatch) -> EventBatch:
        """Give the same events in the base's features, standardised."""
        return events.map_features(
            self.wanted, lambda features: self.linear((features - self.mean) / self.scale)
        )


def _scale(std: float) -> float:
    return std if std > 0 else 1.0  # a feature that never varies keeps its scale


def _same_meaning(given: FeatureSchema, wanted: FeatureSchema, name: str) -> None:
    ours, theirs = given[name], wanted[name]
    if (ours.unit, ours.role) != (theirs.unit, theirs.role):
        raise UnitMismatchError(
            name, f"in {theirs.unit} ({theirs.role})", f"in {ours.unit} ({ours.role})"
        )
