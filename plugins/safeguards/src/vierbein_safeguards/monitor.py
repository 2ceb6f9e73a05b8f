"""OOD scores: how unlike its training events an event is."""

from abc import ABC, abstractmethod

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from sklearn.covariance import LedoitWolf
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

Columns = Float[NDArray[np.float64], "event column"]
Scores = Float[NDArray[np.float64], " event"]


class Monitor(ABC):
    """Standardises columns by its training events, then measures a distance from them.

    Parameters
    ----------
    train
        Events that are familiar by definition.
    """

    def __init__(self, train: Columns) -> None:
        self._scaler = StandardScaler().fit(train)
        self._fit(self._scaler.transform(train))

    def scores(self, events: Columns) -> Scores:
        """Give each event's OOD score; infinite where a column is not a finite number."""
        is_finite = np.isfinite(events).all(axis=1)
        scores = np.full(len(events), np.inf)
        if is_finite.any():
            scores[is_finite] = self._distances(self._scaler.transform(events[is_finite]))
        return scores

    @abstractmethod
    def _fit(self, train: Columns) -> None: ...

    @abstractmethod
    def _distances(self, events: Columns) -> Scores: ...


class Mahalanobis(Monitor):
    """Distance from the mean in units of the covariance, which is shrunk.

    References
    ----------
    Ledoit and Wolf, J. Multivar. Anal. 88 (2004) 365; Lee et al., arXiv:1807.03888.
    """

    def _fit(self, train: Columns) -> None:
        self._covariance = LedoitWolf().fit(train)

    def _distances(self, events: Columns) -> Scores:
        squared: Scores = self._covariance.mahalanobis(events)
        return np.sqrt(np.maximum(squared, 0.0))


class Neighbours(Monitor):
    """Distance to the k-th nearest training event.

    Parameters
    ----------
    train
        Events that are familiar by definition.
    neighbours
        Which neighbour; a larger number is blind to smaller clusters.

    References
    ----------
    Sun et al., arXiv:2204.06507.
    """

    def __init__(self, train: Columns, neighbours: int) -> None:
        self._neighbours = neighbours
        super().__init__(train)

    def _fit(self, train: Columns) -> None:
        self._index = NearestNeighbors(n_neighbors=self._neighbours).fit(train)

    def _distances(self, events: Columns) -> Scores:
        distances: Columns = self._index.kneighbors(events)[0]
        return distances[:, -1]
