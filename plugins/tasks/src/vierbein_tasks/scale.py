"""The truth as a network learns it, near one in size."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from vierbein_tasks.errors import UnsuitableTruthError

_LARGEST = 80.0
"""Logarithm of the largest number that is predicted: beyond it single precision has none."""


@dataclass(frozen=True)
class Scale:
    """The truth, its logarithm if asked for, less a location, over a unit.

    Parameters
    ----------
    truth
        Its name.
    transform
        ``none``, or ``log1p``: the logarithm of one plus the truth.
    location
        What is taken off the transformed truth.
    unit
        What it is then divided by.
    """

    truth: str
    transform: Literal["none", "log1p"]
    location: float
    unit: float

    def learned(self, truth: Float[Tensor, " event"]) -> Float[Tensor, " event"]:
        """Give what a network is to predict.

        Parameters
        ----------
        truth
            In its own unit.

        Returns
        -------
        Tensor
            One number an event.

        Raises
        ------
        UnsuitableTruthError
            If a logarithm is asked for of a negative truth.
        """
        if self.transform == "log1p":
            if (truth < 0).any():
                raise UnsuitableTruthError(
                    self.truth, float(truth.min()), "transform=log1p", "at least 0"
                )
            truth = torch.log1p(truth)
        return (truth - self.location) / self.unit

    def truths(self, learned: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Give the truth that a prediction means."""
        transformed = learned * self.unit + self.location
        if self.transform == "log1p":
            return torch.expm1(transformed.clamp(max=_LARGEST))
        return transformed

    def learned_of_array(self, truth: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give what a method without tensors is to predict."""
        found: NDArray[np.float64] = self.learned(torch.from_numpy(truth)).numpy()
        return found

    def truths_of_array(self, learned: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the truth that such a method's prediction means."""
        found: NDArray[np.float64] = self.truths(torch.from_numpy(learned)).numpy()
        return found
