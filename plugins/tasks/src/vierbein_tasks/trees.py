"""The conventional method: boosted trees on observables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from vierbein.interfaces.task import Scores

Array = NDArray[np.float64]

_LEAF_SHARE, _LEAF_MAX = 0.1, 20


def _settings(num_events: int, seed: int) -> dict[str, Any]:
    leaf = int(np.clip(_LEAF_SHARE * num_events, 1, _LEAF_MAX))
    return {"min_samples_leaf": leaf, "early_stopping": False, "random_state": seed}


@dataclass(frozen=True)
class ClassTrees:
    """Trees that tell classes apart.

    Parameters
    ----------
    trees
        From scikit-learn; None if training saw one class only.
    seen
        The classes that training saw.
    num_classes
        Of the task.
    """

    trees: Any
    seen: NDArray[np.int64]
    num_classes: int

    @classmethod
    def fit(
        cls,
        observables: Array,
        classes: NDArray[np.int64],
        num_classes: int,
        event_weight: Array,
        seed: int,
    ) -> Self:
        """Train on events of positive weight: trees cannot be grown on others."""
        used = event_weight > 0
        seen = np.unique(classes[used])
        if len(seen) < 2:  # noqa: PLR2004 - nothing to tell apart
            return cls(None, seen, num_classes)
        trees = HistGradientBoostingClassifier(**_settings(int(used.sum()), seed))
        trees.fit(observables[used], classes[used], event_weight[used])
        return cls(trees, seen, num_classes)

    def scores(self, observables: Array) -> Scores:
        """Give the classes' probabilities; a class that training never saw has none."""
        result = np.zeros((len(observables), self.num_classes), np.float32)
        result[:, self.seen] = 1.0 if self.trees is None else self.trees.predict_proba(observables)
        return result


@dataclass(frozen=True)
class NumberTrees:
    """Trees that predict what a network would.

    Parameters
    ----------
    trees
        From scikit-learn.
    inverse
        From what was learned to the truth's own unit.
    """

    trees: Any
    inverse: Any

    @classmethod
    def fit(
        cls, observables: Array, learned: Array, inverse: Any, event_weight: Array, seed: int
    ) -> Self:
        """Train on events of positive weight."""
        used = event_weight > 0
        trees = HistGradientBoostingRegressor(**_settings(int(used.sum()), seed))
        trees.fit(observables[used], learned[used], event_weight[used])
        return cls(trees, inverse)

    def scores(self, observables: Array) -> Scores:
        """Give one prediction an event."""
        found: Scores = self.inverse(self.trees.predict(observables)).astype(np.float32)
        return found[:, None]


@dataclass(frozen=True)
class JointTrees:
    """Trees for several numbers, each alone.

    Parameters
    ----------
    each
        Those of every number, in the order of the scores' columns.
    """

    each: Sequence[NumberTrees]

    def scores(self, observables: Array) -> Scores:
        """Give one prediction a number."""
        return np.hstack([trees.scores(observables) for trees in self.each])
