"""A pipeline that owes nothing to any network: numpy's features, and boosted trees.

What it imports is a short list, which `cross_check` holds it to: see `independence`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from vierbein.events.jagged import entries_of
from vierbein.events.table import EventTable

Array = NDArray[np.float64]

_LEADING = 3
_LEAF_SHARE, _LEAF_MAX = 0.05, 20
_TINY = 1e-12


@dataclass(frozen=True)
class Independent:
    """Boosted trees on summaries of each event's particles, trained from scratch.

    Parameters
    ----------
    trees
        From scikit-learn; None if training saw one class only.
    seen
        The classes that training saw.
    num_classes
        Of the question.
    """

    trees: Any
    seen: NDArray[np.int64]
    num_classes: int

    @classmethod
    def fit(
        cls, events: EventTable, classes: NDArray[np.int64], num_classes: int, seed: int
    ) -> "Independent":
        """Train on labelled events."""
        seen = np.unique(classes)
        if len(seen) < 2:  # noqa: PLR2004 - nothing to tell apart
            return cls(None, seen, num_classes)
        leaf = int(np.clip(_LEAF_SHARE * len(classes), 1, _LEAF_MAX))
        trees = HistGradientBoostingClassifier(
            max_iter=60, min_samples_leaf=leaf, early_stopping=False, random_state=seed
        )
        return cls(trees.fit(summaries(events), classes), seen, num_classes)

    def probabilities(self, events: EventTable) -> Array:
        """Give one probability a class; a class that training never saw has none."""
        result = np.zeros((len(events), self.num_classes))
        result[:, self.seen] = (
            1.0 if self.trees is None else self.trees.predict_proba(summaries(events))
        )
        return result


def summaries(events: EventTable) -> Array:
    """Summarise each event's particles by numbers that no network has made.

    Parameters
    ----------
    events
        With any number of particles, none included.

    Returns
    -------
    ndarray
        One row an event: number of particles, and logarithms of energy, momentum and mass of their
        sum; shares of the leading particles and their dispersion; mean and mean squared angle to
        the sum's axis; mean, spread and extremes of each feature; the event's own features.
    """
    at, offsets = entries_of(events.offsets, events.positions)
    p4 = np.asarray(events.p4[at], dtype=np.float64)
    features = np.asarray(events.features[at], dtype=np.float64)
    num = np.diff(offsets)
    event = np.repeat(np.arange(len(num)), num)

    def total(values: Array) -> Array:
        return np.bincount(event, values, minlength=len(num)).astype(np.float64)

    summed = np.stack([total(column) for column in p4.T], axis=1)
    along = np.linalg.norm(summed[:, 1:], axis=1)
    momentum = np.linalg.norm(p4[:, 1:], axis=1)
    scalar = np.maximum(total(momentum), _TINY)
    cosine = (p4[:, 1:] * summed[event, 1:]).sum(axis=1) / np.maximum(
        momentum * along[event], _TINY
    )
    angle = np.arccos(np.clip(cosine, -1, 1))
    order = np.lexsort((-momentum, event))
    place = np.arange(len(event)) - offsets[event]
    columns = [
        num,
        np.log1p(summed[:, 0]),
        np.log1p(along),
        np.log1p(np.sqrt(np.maximum(summed[:, 0] ** 2 - along**2, 0))),
        *(total(momentum[order] * (place == k)) / scalar for k in range(_LEADING)),
        np.sqrt(total(momentum**2)) / scalar,
        *(total(momentum * angle**power) / scalar for power in (1, 2)),
    ]
    for feature in features.T:
        mean = total(feature) / np.maximum(num, 1)
        spread = np.sqrt(total((feature - mean[event]) ** 2) / np.maximum(num, 1))
        low, high = np.full(len(num), np.inf), np.full(len(num), -np.inf)
        np.minimum.at(low, event, feature)
        np.maximum.at(high, event, feature)
        columns += [mean, spread, *(np.where(num > 0, extreme, 0.0) for extreme in (low, high))]
    own = np.asarray(events.event_features[events.positions], dtype=np.float64)
    return np.column_stack([*columns, own])
