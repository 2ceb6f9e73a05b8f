"""Batch normalisation as an affine map, by statistics that are handed to it."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class FeatureNorm(nn.Module):
    """Scale and shift of features, with the parameters and buffers of torch's `BatchNorm1d`.

    Statistics are counted where the features are, over real particles or pairs only.

    Parameters
    ----------
    num_features
        How many features.
    """

    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor
    eps = 1e-5
    momentum = 0.1

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def fixed(self) -> tuple[Float[Tensor, " feature"], Float[Tensor, " feature"]]:
        """Give scale and shift by the running statistics."""
        return self._by(self.running_mean, self.running_var)

    def learning(
        self, mean: Float[Tensor, " feature"], variance: Float[Tensor, " feature"], num: int
    ) -> tuple[Float[Tensor, " feature"], Float[Tensor, " feature"]]:
        """Give scale and shift by the statistics of so many, and remember these.

        Parameters
        ----------
        mean
            Of each feature.
        variance
            Of each feature, over the number and not one less.
        num
            How many particles or pairs they are of.

        Returns
        -------
        tuple
            Scale and shift, which carry the statistics' gradients.
        """
        with torch.no_grad():
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean.to(self.running_mean.dtype), self.momentum)
            unbiased = variance.to(self.running_var.dtype) * (num / max(num - 1, 1))
            self.running_var.lerp_(unbiased, self.momentum)
        return self._by(mean, variance)

    def _by(
        self, mean: Float[Tensor, " feature"], variance: Float[Tensor, " feature"]
    ) -> tuple[Float[Tensor, " feature"], Float[Tensor, " feature"]]:
        scale = self.weight.to(variance.dtype) * (variance + self.eps).rsqrt()
        return scale, self.bias - mean * scale
