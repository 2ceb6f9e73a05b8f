"""Low-rank updates learn."""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils import parametrize

from vierbein.interfaces.network import Network
from vierbein.interfaces.tuner import Tuner
from vierbein_tuners.errors import NothingToTuneError
from vierbein_tuners.new_parts import learn_new_parts_only


class LowRank(nn.Module):
    """A matrix plus a product of two thin ones, the second of which starts at zero.

    Parameters
    ----------
    matrix
        What is updated; the update's rank never exceeds its own.
    rank
        Of the update.
    alpha
        The update is scaled by `alpha / rank`.
    """

    def __init__(self, matrix: Float[Tensor, "out in"], rank: int, alpha: float) -> None:
        super().__init__()
        rank = min(rank, *matrix.shape)
        self.scale = alpha / rank
        self.down = nn.Parameter(matrix.new_empty(rank, matrix.shape[1]))
        self.up = nn.Parameter(matrix.new_zeros(matrix.shape[0], rank))
        nn.init.normal_(self.down, std=matrix.shape[1] ** -0.5)

    def forward(self, matrix: Float[Tensor, "out in"]) -> Float[Tensor, "out in"]:
        """Update the matrix."""
        return torch.addmm(matrix, self.up, self.down, alpha=self.scale)


class Lora(Tuner):
    """A low-rank update of every matrix of the backbone's linear layers and attentions learns.

    The update is a parametrization of the matrix itself, not a wrapper of its layer: attention that
    reads its layers' parameters without calling them uses it too.

    Parameters
    ----------
    rank
        Of the updates.
    alpha
        Updates are scaled by `alpha / rank`.
    learning_rate
        Peak learning rate.

    References
    ----------
    .. [1] E. J. Hu et al., arXiv:2106.09685.
    """

    def __init__(self, rank: int = 4, alpha: float = 8.0, learning_rate: float = 2e-3) -> None:
        self.rank = rank
        self.alpha = alpha
        self.learning_rate = learning_rate

    def apply(self, network: Network) -> None:
        """Freeze the backbone and add the updates, which start at zero.

        Parameters
        ----------
        network
            Changed in place.

        Raises
        ------
        NothingToTuneError
            If the backbone has no linear layer and no attention.
        """
        found = list(_matrices(network.backbone))
        if not found:
            raise NothingToTuneError("lora", type(network.backbone).__name__, "linear layers")
        learn_new_parts_only(network)
        for module, name in found:
            update = LowRank(getattr(module, name), self.rank, self.alpha)
            parametrize.register_parametrization(module, name, update)


def _matrices(backbone: nn.Module) -> Iterator[tuple[nn.Module, str]]:
    """Find the linear layers' matrices, and those that attention holds without a layer."""
    for module in backbone.modules():
        if isinstance(module, nn.Linear):
            yield module, "weight"
        elif isinstance(module, nn.MultiheadAttention):
            for name, _ in module.named_parameters(recurse=False):
                if name.endswith("proj_weight"):
                    yield module, name
