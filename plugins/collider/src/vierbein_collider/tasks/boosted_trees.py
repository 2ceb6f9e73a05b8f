"""The conventional method: boosted trees on physics observables."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from vierbein.interfaces.task import Scores

_LEAF_SHARE, _LEAF_MAX = 0.1, 20


@dataclass(frozen=True)
class BoostedTrees:
    """A trained classifier.

    Parameters
    ----------
    trees
        From scikit-learn; None if there was one class only.
    classes
        The classes that were seen in training.
    num_classes
        Of the task.
    """

    trees: Any
    classes: NDArray[np.int64]
    num_classes: int

    @classmethod
    def fit(
        cls,
        observables: NDArray[np.float64],
        classes: NDArray[np.int64],
        num_classes: int,
        event_weight: NDArray[np.float64],
        seed: int,
    ) -> Self:
        """Train on events of positive weight: trees cannot be grown on others."""
        used = event_weight > 0
        seen = np.unique(classes[used])
        if len(seen) < 2:  # noqa: PLR2004 - nothing to tell apart
            return cls(None, seen, num_classes)
        leaf = int(np.clip(_LEAF_SHARE * used.sum(), 1, _LEAF_MAX))
        trees = HistGradientBoostingClassifier(
            max_iter=100,
            learning_rate=0.1,
            min_samples_leaf=leaf,
            early_stopping=False,
            random_state=seed,
        )
        trees.fit(observables[used], classes[used], event_weight[used])
        return cls(trees, seen, num_classes)

    def scores(self, observables: NDArray[np.float64]) -> Scores:
        """Give the classes' probabilities; a class that training never saw has none."""
        result = np.zeros((len(observables), self.num_classes), np.float32)
        result[:, self.classes] = (
            1.0 if self.trees is None else self.trees.predict_proba(observables)
        )
        return result
