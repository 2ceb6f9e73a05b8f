"""Pruning: the smallest weights become zero, a few at a time."""

from collections.abc import Mapping

import torch
from torch import Tensor

from vierbein.interfaces.compressor import Compressor, Materials
from vierbein.interfaces.network import Network
from vierbein.interfaces.trainer import Budget
from vierbein_compression.retraining import retrain
from vierbein_compression.schedule import cubic, shares
from vierbein_compression.sparsity import matrices, plain


class Prune(Compressor):
    """Set the smallest weights of all layers together to zero, in rounds with training between.

    Sparsity rises as 1 - (1 - t)^3 over the rounds [1]_: most weights go early, when many are
    idle. Zeros stay zeros in all later training, that of `quantize` included.

    Parameters
    ----------
    sparsity
        Share of the weights of all linear layers and attentions that are zero in the end. Biases
        are not pruned.
    rounds
        In how many steps.
    steps
        Training steps in all, shared by the rounds; 0 only prunes.
    learning_rate
        At each round's peak.

    Raises
    ------
    UnsuitableShareError
        If the sparsity is no share, or there is no round.

    References
    ----------
    .. [1] M. Zhu, S. Gupta, arXiv:1710.01878.
    """

    def __init__(
        self,
        *,
        sparsity: float = 0.5,
        rounds: int = 4,
        steps: int = 1000,
        learning_rate: float = 1e-3,
    ) -> None:
        self.sparsities = cubic(sparsity, rounds)
        self.steps = shares(steps, rounds)
        self.learning_rate = learning_rate

    def compress(self, network: Network, materials: Materials) -> Network:
        """Prune a copy."""
        made = plain(network)
        for sparsity, steps in zip(self.sparsities, self.steps, strict=True):
            zero_smallest(list(matrices(made).values()), sparsity)
            retrain(made, materials, Budget(steps, self.learning_rate))
        return made.eval()

    def restored(
        self,
        network: Network,
        materials: Materials,  # noqa: ARG002 - as the interface has it
        parameters: Mapping[str, Tensor],
    ) -> Network:
        """Fill a copy."""
        made = plain(network)
        made.load_state_dict(dict(parameters))
        return made.eval()


def zero_smallest(weights: list[torch.nn.Parameter], sparsity: float) -> None:
    """Set the smallest of some tensors, compared with one another, to zero.

    Each keeps its largest: a layer that says nothing would cut the network in two.

    Parameters
    ----------
    weights
        Changed in place.
    sparsity
        Share that is zero afterwards, to the nearest whole number, as far as each can keep one;
        what is zero already counts.
    """
    sizes = [each.detach().abs().flatten() for each in weights]
    for each in sizes:
        each[each.argmax()] = torch.inf
    size = torch.cat(sizes)
    smallest = size.argsort(stable=True)[: round(sparsity * len(size))]
    is_kept = torch.ones_like(size, dtype=torch.bool)
    is_kept[smallest] = False
    parts = torch.split(is_kept, [each.numel() for each in weights])
    with torch.no_grad():
        for each, kept in zip(weights, parts, strict=True):
            each.mul_(kept.view_as(each))
